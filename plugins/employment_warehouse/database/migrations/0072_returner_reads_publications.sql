-- A night writes the return workbooks of what came since the publication before it.
set role wh_owner;

grant select (report_date, published_at) on ops.publication to wh_returner;

reset role;
