-- Which publications count is said in ops.valid_publication alone.
set role wh_owner;

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
