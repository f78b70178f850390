-- What readers see, and whose rows: one publication, of their own counties.
set role wh_owner;

create table ops.reader_county (
    login text not null,
    county_code text not null,
    primary key (login, county_code)
);

-- What a reader sees: the pin of the session if it names a publication that was published, else the pointer's.
create function ops.visible_publication(out publication integer, out report_date date)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    pinned text := nullif(current_setting('warehouse.publication', true), '');
begin
    if pinned is null then
        publication := ops.standing_publication();
        select p.report_date into report_date from ops.publication as p
        where p.publication = visible_publication.publication;
        return;
    end if;
    -- A pin of a build that was never published, or of a publication that was rolled back since, shows nothing else
    -- in its place.
    select p.publication, p.report_date into publication, report_date from ops.publication as p
    where p.publication::text = pinned and p.rolled_back_at is null;
    if not found then
        raise exception using errcode = 'WH007',
            message = format('没有第 %1$s 号发布，或已撤回 | there is no publication %1$s, or it was rolled back', pinned),
            hint = 'select marts.unpin() shows the standing publication.';
    end if;
end $$;

-- The counties of a login; null: all of them.
create function ops.counties_of(login name) returns text []
language sql stable security definer set search_path = pg_catalog, pg_temp
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
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare shown date;
begin
    select p.report_date into shown from ops.publication as p
    where p.publication = wanted and p.rolled_back_at is null;
    if not found then
        raise exception using errcode = 'WH007',
            message = format('没有第 %1$s 号发布，或已撤回 | there is no publication %1$s, or it was rolled back', wanted);
    end if;
    perform set_config('warehouse.publication', wanted::text, false);
    return shown;
end $$;

create function marts.as_of(wanted date) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare number integer;
begin
    select max(p.publication) into number from ops.publication as p
    where p.report_date <= wanted and p.rolled_back_at is null;
    if number is null then
        raise exception using errcode = 'WH007', message = format('%1$s 及以前没有发布 | nothing was published for %1$s or before', wanted);
    end if;
    perform set_config('warehouse.publication', number::text, false);
    return number;
end $$;

create function marts.unpin() returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$ select set_config('warehouse.publication', '', false) $$;

create view marts.publications as
select
    p.publication, p.report_date, p.published_at, p.vintage,
    p.released_by is not null as is_released, p.release_reason, p.rolled_back_at,
    p.publication = (select ops.standing_publication()) as is_current
from ops.publication as p;
comment on view marts.publications is
'历次发布。 | Every publication: its number, its report date, when it was published, whether it was rolled back, and whether it is the one shown.';

grant execute on function ops.visible_publication(), ops.counties_of(name), ops.standing_publication() to wh_reader;
grant execute on function marts.pin(integer), marts.as_of(date), marts.unpin() to wh_reader;
grant select on marts.publications to wh_reader;

-- What the gates found of the publication that is shown. A view of the ledger, not a model of dbt: gate 2 writes its
-- results after dbt, and they belong to the same publication.
create view marts.data_quality with (security_barrier) as
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
) as places
where (select ops.counties_of(current_user)) is null
    or places.county_code = any((select ops.counties_of(current_user))::text []);
grant select on marts.data_quality to wh_reader;

comment on view marts.data_quality is
'入库前、发布前检查对所示发布的检查结果：每项检查、每个报送单位一行；因此暂扣多份报送的，每份一行。（通知七、保障措施） | What gates 1 and 2 checked for the publication that is shown, and what they found; one row for each check and unit, and for each delivery held for it.';
comment on column marts.data_quality.report_date is
'所示发布对应的报告日期。 | The night that the publication shown stands for.';
comment on column marts.data_quality.county_code is
'县（市）代码；全州、项目、批次及平台为 532500。 | County that the check speaks of; the prefecture for projects, batches and the platform.';
comment on column marts.data_quality.suite is '检查组。 | Suite of expectations.';
comment on column marts.data_quality."check" is '检查项。 | What was checked.';
comment on column marts.data_quality.gate is '1 为入库前检查，2 为发布前检查。 | 1 before, 2 after the warehouse was built.';
comment on column marts.data_quality.feed is '报送表。 | Feed that was checked.';
comment on column marts.data_quality.unit is '报送单位。 | Unit whose delivery was checked.';
comment on column marts.data_quality.severity is
'严重程度：critical 未通过即暂扣。 | critical holds what fails, warning and info do not.';
comment on column marts.data_quality.success is '是否通过。 | Whether the check passed.';
comment on column marts.data_quality.observed is '实际值。 | What was found.';
comment on column marts.data_quality.expected is '期望值。 | What was expected.';
comment on column marts.data_quality.unexpected_rows is '不符合的行数。 | Rows that broke the expectation.';
comment on column marts.data_quality.message_zh is '检查说明（中文）。 | What the check says, in Chinese.';
comment on column marts.data_quality.message_en is '检查说明（英文）。 | What the check says, in English.';
comment on column marts.data_quality.waiver is
'豁免人与理由。 | Who let this failure pass, and why.';
comment on column marts.data_quality.delivery_id is
'报送编号（多个分册取最新），放行时使用。 | Number of the delivery that was checked or held (of several parts the newest), for a release.';
comment on column marts.data_quality.publication is '发布编号。 | Publication that the check belongs to.';

reset role;
