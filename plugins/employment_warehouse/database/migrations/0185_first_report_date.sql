-- From which date on there can be reports stood in a constraint, in a model and in the program that takes uploads.
set role wh_owner;

create function ops.first_report_date() returns date
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select date '2020-01-01' $$;
comment on function ops.first_report_date() is
'最早的报表日期，也是参数和监测日历的第一天。 | The earliest report date; settings and the calendar of the marts begin with it.';
revoke all on function ops.first_report_date() from public;
grant execute on function ops.first_report_date() to wh_loader, wh_transformer, wh_reader;

alter table ops.upload drop constraint upload_report_date_check;
alter table ops.upload add constraint upload_report_date_check check (report_date >= ops.first_report_date());

reset role;
