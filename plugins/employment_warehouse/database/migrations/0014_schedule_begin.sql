-- From which report date on scheduled nights run. An operator decides it, on the record.
set role wh_owner;

create table ops.schedule_begin (
    decision bigint generated always as identity primary key,
    first_date date not null,
    operator text not null check (length(btrim(operator)) >= 2),
    decided_at timestamptz not null default now()
);
comment on table ops.schedule_begin is
'自动夜间流程从哪个报表日期开始；最新一行有效。 | The report date from which scheduled nights run; the newest row is in force.';

create function ops.begin_nights(wanted_date date, operator text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if wanted_date is null or length(btrim(coalesce(operator, ''))) < 2 then
        raise exception using errcode = 'WH005', message = '须填写日期和经办人 | a begin needs a date and a name';
    end if;
    insert into ops.schedule_begin (first_date, operator) values (wanted_date, btrim(operator));
end $$;
comment on function ops.begin_nights(date, text) is
'自该报表日期起自动运行夜间流程。 | From this report date on scheduled nights run.';

create function ops.first_scheduled_date() returns date
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select b.first_date from ops.schedule_begin as b order by b.decision desc limit 1 $$;
comment on function ops.first_scheduled_date() is
'自动夜间流程的首个报表日期；尚未开始为 NULL。 | The first report date of scheduled nights; NULL before an operator has begun them.';

grant execute on function ops.begin_nights(date, text) to wh_publisher;
grant execute on function ops.first_scheduled_date() to wh_publisher, wh_auditor;
grant select on ops.schedule_begin to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor;

reset role;
