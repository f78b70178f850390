-- What a login of some counties reads: rows that one function hands over, so that nothing it asks is evaluated on, or
-- estimated from, rows of others. A condition on a view that checks the county itself runs below the check where the
-- planner holds it for harmless (leakproof), and whether a row of another county met it shows in plans and counters.
set role wh_owner;

create schema own authorization wh_owner;
comment on schema own is
'各县市登录可见的行（仅由 ops.own_rows 读取）。 | What counties may see of each mart, rows of all counties: read by ops.own_rows alone.';

create function ops.reads_all_counties() returns boolean
language plpgsql immutable parallel restricted set search_path = pg_catalog, pg_temp
as $$ begin return ops.counties_of(current_user) is null; end $$;
comment on function ops.reads_all_counties() is
'本次登录是否可读全部县市。 | Whether the login reads every county. Declared immutable, so that the planner leaves the other branch of a readers'' view out: not even its estimates are made from rows that the login may not see. The branch asks ops.counties_of again when it runs.';

-- Planned by itself: its settings keep a session's own from making it read, and count, more than the county's rows.
create function ops.own_rows(shown anyelement, login name) returns setof anyelement
language plpgsql stable parallel restricted security definer rows 10000
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_indexscan = on
set enable_bitmapscan = on
as $$
declare
    relation pg_catalog.pg_class;
    counties text [];
begin
    select c.* into strict relation
    from pg_type as t
    inner join pg_class as c on c.oid = t.typrelid
    where t.oid = pg_typeof(shown) and c.relnamespace = 'own'::regnamespace;
    -- Who runs the view, not who owns it; nobody names a login that is not their own.
    if pg_has_role(session_user, login, 'member') then
        counties := ops.counties_of(login);
    end if;
    return query execute format(
        'select * from own.%I where %s', relation.relname,
        case
            when exists (
                select from pg_attribute as a where a.attrelid = relation.oid and a.attname = 'seen_by'
            ) then '$1 is not null and (seen_by is null or seen_by && $1)'
            else 'county_code = any($1)'
        end
    ) using counties;
end $$;
comment on function ops.own_rows(anyelement, name) is
'某登录所辖县市的行。 | The rows of a view of the schema `own` that are of a login''s counties: by the column seen_by (counties; NULL: all) where there is one, else by county_code.';

grant execute on function ops.reads_all_counties() to wh_reader;
grant execute on function ops.own_rows(anyelement, name) to wh_reader;

create view own.data_quality as
select
    shown.report_date,
    places.county_code,
    checked.suite,
    checked.check_name as "check",
    checked.gate,
    checked.feed,
    checked.unit,
    checked.severity,
    checked.success,
    checked.observed,
    checked.expected,
    checked.unexpected_rows,
    checked.message_zh,
    checked.message_en,
    checked.waiver,
    checked.build as publication,
    checked.delivery_id
from ops.visible_publication() as shown
inner join ops.check_result as checked on checked.build = shown.publication
cross join lateral (
    select case
            when checked.unit = any((select ops.county_codes())::text []) then checked.unit
            else (select ops.prefecture())
        end as county_code
) as places;

create or replace view marts.data_quality with (security_barrier) as
select * from own.data_quality
where ops.reads_all_counties() and (select ops.counties_of(current_user)) is null
union all
select * from ops.own_rows(null::own.data_quality, current_user) where not ops.reads_all_counties();

reset role;
