-- A county's dispatch lists the cases that the county's logins may see; the program that writes it reads all of them.
set role wh_owner;

create function ops.dispatched_cases() returns table (case_kind text, finding text, case_key text, opened_on date)
language plpgsql stable security definer rows 10000 set search_path = pg_catalog, pg_temp set client_min_messages = error
as $$
begin
    return query select c.case_kind, c.finding, c.case_key, c.opened_on from own.finding_case as c;
end $$;
comment on function ops.dispatched_cases() is
'列入县市调度单的事项（本县市登录可见的）。 | Keys of the cases in the dispatches of the counties: those that a login of the county may see.';
grant execute on function ops.dispatched_cases() to wh_reporter;

reset role;
