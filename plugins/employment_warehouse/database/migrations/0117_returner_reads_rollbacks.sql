-- After a rollback the return workbooks of what it withdrew, or took back, are written again: what has changed is what was
-- delivered or decided since the standing publication before.
set role wh_owner;

grant select (publication, rolled_back_at) on ops.publication to wh_returner;
grant select (build, started_at) on ops.build to wh_returner;

reset role;
