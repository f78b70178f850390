-- The console serves a report by its path: a row with another path made it serve a return workbook, with identities.
set role wh_owner;

alter table ops.product add constraint product_path_check
check (path ~ '^reports/[0-9]{4}-[0-9]{2}-[0-9]{2}/[a-z]+-[0-9]+(-final)?[.][a-z]+$') not valid;

reset role;
