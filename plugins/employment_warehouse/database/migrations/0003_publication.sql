-- The pointer and all that may move it; what readers see.
set role wh_owner;

create function ops.last_published() returns integer
language sql stable security definer set search_path = ''
as $$ select coalesce(max(publication), 0) from ops.publication $$;
comment on function ops.last_published() is
'The newest build that was ever published; rows of later builds are tonight''s and may be undone.';

create function ops.start_build(wanted_date date, wanted_run text) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    number integer;
    shown date;
begin
    perform pg_advisory_xact_lock(hashtext('ops.build'));
    select b.build into number from ops.build as b where b.run_id = wanted_run and b.status = 'building';
    if number is null then
        select p.report_date into shown from ops.publication as p
        where p.publication = ops.last_published();
        if wanted_date < shown then
            raise exception using errcode = 'WH001',
                message = format('report date %s is before %s, which is published', wanted_date, shown),
                hint = 'Late files are taken in with their own date by a night of today.';
        end if;
        if wanted_date > (now() at time zone 'Asia/Shanghai')::date then
            raise exception using errcode = 'WH010',
                message = format('report date %s has not come yet', wanted_date),
                hint = 'Published, it would close every earlier date.';
        end if;
        update ops.build set status = 'abandoned' where status = 'building';
        insert into ops.build (report_date, run_id) values (wanted_date, wanted_run)
        returning build into number;
    end if;
    -- A night that did not publish takes nothing with it, whatever its date: what it had accepted is as it arrived.
    update ops.delivery as d
    set build = null, status = 'landed', reason = null
    where d.status in ('landed', 'accepted')
        and not exists (select from ops.publication as p where p.publication = d.build);
    update ops.delivery as d set build = number
    where d.status = 'landed' and d.report_date <= wanted_date;
    return number;
end $$;

create function ops.build_digest(number integer) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
declare
    total numeric := 0;
    part numeric;
    relation text;
begin
    for relation in
        select format('store.%I', c.relname) from pg_catalog.pg_class as c
        where c.relnamespace = 'store'::regnamespace and c.relkind in ('r', 'p') order by 1
    loop
        execute format(
            'select coalesce(sum(hash_record_extended(t, 0)::numeric), 0) from %s as t '
            'where t.from_build = $1 or t.to_build = $1', relation
        ) into part using number;
        total := total + part;
    end loop;
    return total;
end $$;

create function ops.publish(number integer, operator text default null, release_reason text default null)
returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    night ops.build;
    paper ops.certificate;
    shown integer;
begin
    perform pg_advisory_xact_lock(hashtext('ops.build'));
    select * into night from ops.build as b where b.build = number for update;
    if not found then
        raise exception using errcode = 'WH002', message = format('there is no build %s', number);
    end if;
    if night.status = 'published' then
        return number;
    end if;
    select p.publication into shown from ops.pointer as p for update;
    if number <= ops.last_published() or number < (select max(b.build) from ops.build as b) then
        raise exception using errcode = 'WH003',
            message = format('build %s is not the newest; a later one was begun or published', number);
    end if;
    select * into paper from ops.certificate as c where c.build = number;
    if not found or paper.checks_run <> paper.checks_expected then
        raise exception using errcode = 'WH004',
            message = format('build %s has no complete certificate of gate 2', number);
    end if;
    if paper.issued_at < night.started_at then
        raise exception using errcode = 'WH004', message = format('the certificate of build %s is stale', number);
    end if;
    if paper.critical_failed > 0 and (operator is null or length(btrim(coalesce(release_reason, ''))) < 3) then
        raise exception using errcode = 'WH005',
            message = format('gate 2 holds build %s: %s critical checks failed', number, paper.critical_failed),
            hint = 'An operator may release it on the record, with name and reason.';
    end if;
    if paper.digest <> ops.build_digest(number) then
        raise exception using errcode = 'WH006',
            message = format('build %s changed after its certificate was written', number);
    end if;
    insert into ops.publication (publication, report_date, digest, released_by, release_reason)
    values (
        number, night.report_date, paper.digest,
        case when paper.critical_failed > 0 then operator end,
        case when paper.critical_failed > 0 then release_reason end
    );
    update ops.build set status = 'published' where build = number;
    update ops.pointer set publication = number;
    return number;
end $$;

create function ops.hold_night(number integer, why text) returns void
language sql security definer set search_path = ''
as $$
    update ops.build set status = 'held', held_reason = why
    where build = number and status in ('building', 'held')
$$;

create function ops.release_delivery(number bigint, operator text, why text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    if length(btrim(coalesce(operator, ''))) < 2 or length(btrim(coalesce(why, ''))) < 3 then
        raise exception using errcode = 'WH005', message = 'a release needs a name and a reason';
    end if;
    insert into ops.waiver (check_name, unit, valid_from, valid_to, granted_by, reason)
    select 'delivery:' || number, d.unit, d.report_date, d.report_date, operator, why
    from ops.delivery as d where d.delivery_id = number
    on conflict do nothing;
    update ops.delivery set status = 'landed', build = null, reason = null
    where delivery_id = number and status = 'held';
end $$;

-- What a reader sees: the pin of the session if it names a publication that was published, else the pointer's.
create function ops.visible_publication(out publication integer, out report_date date)
returns setof record
language sql stable security definer set search_path = ''
as $$
    select p.publication, p.report_date
    from ops.publication as p
    where p.publication = coalesce(
        (
            select pinned.publication from ops.publication as pinned
            where pinned.publication::text = nullif(current_setting('warehouse.publication', true), '')
        ),
        (select pointer.publication from ops.pointer as pointer)
    )
$$;

-- The counties of a login; null: all of them.
create function ops.counties_of(login name) returns text []
language sql stable security definer set search_path = ''
as $$
    select case
        when pg_has_role(login, 'wh_analyst', 'member') or pg_has_role(login, 'wh_auditor', 'member')
            or login in ('wh_owner', 'postgres') then null
        else coalesce(
            (select array_agg(r.county_code) from ops.reader_county as r where r.login = counties_of.login),
            '{}'
        )
    end
$$;

create function marts.pin(wanted integer) returns date
language plpgsql security definer set search_path = ''
as $$
declare shown date;
begin
    select p.report_date into shown from ops.publication as p where p.publication = wanted;
    if not found then
        raise exception using errcode = 'WH007', message = format('there is no publication %s', wanted);
    end if;
    perform set_config('warehouse.publication', wanted::text, false);
    return shown;
end $$;

create function marts.as_of(wanted date) returns integer
language plpgsql security definer set search_path = ''
as $$
declare number integer;
begin
    select max(p.publication) into number from ops.publication as p
    where p.report_date <= wanted and p.rolled_back_at is null;
    if number is null then
        raise exception using errcode = 'WH007', message = format('nothing was published for %s or before', wanted);
    end if;
    perform set_config('warehouse.publication', number::text, false);
    return number;
end $$;

create function marts.unpin() returns void
language sql security definer set search_path = ''
as $$ select set_config('warehouse.publication', '', false) $$;

create view marts.publications as
select
    p.publication, p.report_date, p.published_at, p.vintage,
    p.released_by is not null as is_released, p.release_reason, p.rolled_back_at,
    p.publication = (select pointer.publication from ops.pointer as pointer) as is_current
from ops.publication as p;
comment on view marts.publications is
'Every publication: its number, the night it stands for, when it was published, and whether it is the one shown. | 历次发布。';

grant execute on function ops.last_published() to wh_transformer, wh_gate, wh_publisher, wh_loader;
grant execute on function ops.start_build(date, text) to wh_publisher;
grant execute on function ops.build_digest(integer) to wh_gate;
grant execute on function ops.publish(integer, text, text) to wh_publisher;
grant execute on function ops.hold_night(integer, text) to wh_publisher;
grant execute on function ops.release_delivery(bigint, text, text) to wh_publisher;
grant execute on function ops.visible_publication(), ops.counties_of(name) to wh_reader;
grant execute on function marts.pin(integer), marts.as_of(date), marts.unpin() to wh_reader;
grant select on marts.publications to wh_reader;

reset role;
