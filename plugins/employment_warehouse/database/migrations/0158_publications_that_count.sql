-- Which publications count is said in ops.valid_publication alone.
set role wh_owner;

create or replace function ops.own_deliveries(since date)
returns table (
    feed text, report_date date, due_at timestamptz, state text, part text, revision integer, kind text,
    arrived_at timestamptz, rows_read integer, rows_landed integer, rows_rejected integer, status text, reason text,
    detail text, publication integer, is_current boolean
)
language sql stable security definer set search_path = pg_catalog, pg_temp set client_min_messages = error
as $$
    with own as (
        select unnest(ops.counties_of(session_user)) as county_code
    ),
    due as (
        select r.*, named.report_date as answered_on, named.part as answered_by
        from ops.due_report as r
        left join ops.delivery as named on r.delivery_id = named.delivery_id
        where r.unit in (select own.county_code from own) and r.report_date >= since
    ),
    delivery as (
        select distinct on (d.feed, d.unit, d.report_date, d.part) d.*
        from ops.delivery as d
        where d.unit in (select own.county_code from own)
            and (
                d.report_date >= since or d.arrived_at >= since
                or (d.feed, d.unit, d.report_date) in (
                    select due.feed, due.unit, due.answered_on from due where due.answered_on is not null
                )
            )
            and (d.kind, d.status) <> ('withdrawn', 'withdrawn')  -- a part that a rollback gave back
        order by d.feed, d.unit, d.report_date, d.part, d.revision desc
    ),
    answers as (
        select l.delivery_id, due.feed, due.unit, due.report_date, due.due_at, due.status
        from due
        inner join delivery as l
            on l.feed = due.feed and l.unit = due.unit and l.report_date between due.first_date and due.last_date
                and ops.speaks_of(l.months, l.report_date, due.month)
        where l.kind not in ('correction', 'withdrawn')
            or l.kind = 'correction' and (l.report_date, l.part) = (due.answered_on, due.answered_by)
    )
    select
        l.feed, l.report_date, answered.due_at, answered.status, l.part,
        l.revision, l.kind, l.arrived_at, l.rows_read, l.rows_landed, l.rows_rejected, l.status, l.reason,
        l.understood ->> 'refusal', p.publication,
        exists (select from ops.current_delivery as c where c.delivery_id = l.delivery_id)
    from delivery as l
    left join lateral (
        -- A file of several months answers several times: the last of them is shown.
        select answer.due_at, answer.status from answers as answer
        where answer.delivery_id = l.delivery_id
        order by answer.report_date desc
        limit 1
    ) as answered on true
    left join ops.valid_publication as p on p.publication = l.build
    union all
    select
        due.feed, due.report_date, due.due_at, due.status, null, null, null, null, null, null, null, null, null, null,
        null, null
    from due
    where not exists (
        select from answers as answer
        where (answer.feed, answer.unit, answer.report_date) = (due.feed, due.unit, due.report_date)
    )
$$;

create or replace function ops.start_build(wanted_date date, wanted_run text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '60s'
as $$
declare
    number integer;
    shown date;
begin
    perform ops.lock_chain(null);
    select b.build into number from ops.build as b
    where b.run_id = wanted_run and b.status = 'building' and b.base = ops.chain_head();
    if number is null then
        select p.report_date into shown from ops.publication as p
        where p.publication = ops.standing_publication();
        if wanted_date < shown then
            raise exception using errcode = 'WH001',
                message = format(
                    '报表日期 %1$s 早于已发布的 %2$s | report date %1$s is before %2$s, which is published', wanted_date, shown
                ),
                hint = 'Late files are ingested under their own date by a night of today.';
        end if;
        if wanted_date > (now() at time zone 'Asia/Shanghai')::date then
            raise exception using errcode = 'WH010',
                message = format('报表日期 %1$s 尚未到 | report date %1$s is in the future', wanted_date),
                hint = 'Published, it would close every earlier date.';
        end if;
        update ops.build set status = 'abandoned' where status = 'building';
        insert into ops.build (report_date, run_id, base) values (wanted_date, wanted_run, ops.chain_head())
        returning build into number;
        perform ops.undo_unpublished();
    end if;
    -- A run that goes on writes again, and is checked again.
    delete from ops.certificate as c where c.build = number;
    delete from ops.model_version as m where m.build = number;
    update ops.build as b set sealed_at = null where b.build = number;
    -- What a build accepted or held that was not published is offered again, whatever its date.
    update ops.delivery as d
    set build = null, status = 'landed', reason = null
    where d.status in ('landed', 'accepted', 'held')
        and not exists (select from ops.valid_publication as p where p.publication = d.build);
    -- What is held of a submission is judged again with what has arrived of it since: its parts together are what the unit
    -- reports. Alone, the part that arrived would be taken for all of it.
    update ops.delivery as d
    set build = null, status = 'landed', reason = null
    where d.status = 'held' and d.report_date <= wanted_date
        and exists (
            select from ops.delivery as arrived
            where (arrived.feed, arrived.unit, arrived.report_date) = (d.feed, d.unit, d.report_date)
                and arrived.status = 'landed' and arrived.delivery_id > d.delivery_id
        )
        and not exists (
            select from ops.delivery as later
            where (later.feed, later.unit, later.report_date, later.part) = (d.feed, d.unit, d.report_date, d.part)
                and later.revision > d.revision and later.status in ('landed', 'accepted', 'held')
        );
    update ops.delivery as d set build = number
    where d.status = 'landed' and d.report_date <= wanted_date;
    return number;
end $$;

reset role;
