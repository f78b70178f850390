-- As long as in the landing zone: a part of nine to twelve characters was dropped, and two parts replaced each other.
set role wh_owner;

alter table ops.upload drop constraint upload_part_check;
alter table ops.upload add constraint upload_part_check check (part ~ '^[0-9A-Za-z-]{0,12}$');

reset role;
