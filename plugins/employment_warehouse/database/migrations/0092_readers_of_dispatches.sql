-- A county's dispatch names households and persons by their codes: it is for those who read such rows in the marts.
set role wh_owner;

create or replace function ops.readable_products() returns table (
    product text, report_date date, publication integer, vintage text, made_at timestamptz, stem text
)
language plpgsql stable security definer rows 1000 set search_path = pg_catalog, pg_temp set client_min_messages = error
as $$
declare
    own_counties text [] := ops.counties_of(session_user);
    reads_whole boolean := own_counties is null or pg_has_role(session_user, 'wh_operator', 'member');
begin
    if pg_has_role(session_user, 'wh_analyst', 'member') then
        own_counties := ops.county_codes();
    end if;
    return query
    select p.product, p.report_date, p.publication, p.vintage, p.made_at, file.stem
    from ops.product as p
    cross join lateral (select regexp_replace(p.path, '[.][a-z]+$', '') as whole) as named
    cross join lateral (
        select named.whole as stem where reads_whole
        union all
        select named.whole || '-' || c from unnest(own_counties) as c where p.product = 'weekly'
    ) as file
    order by p.made_at desc, file.stem;
end $$;
comment on function ops.readable_products() is
'本登录名可读的报告文件；县市只有本县市的调度单，审计员和操作员没有县市调度单。 | The files of reports that the login may read, without their endings; of a county, its own dispatches; of auditors and operators, no county''s dispatch.';

reset role;
