-- The daily report names what was held on its own date: it also named what older nights had held.
set role wh_owner;

grant select (night_on) on ops.current_delivery to wh_reporter;

reset role;
