-- A report of a publication that was rolled back is for those who keep the record, and marked; nobody else reads it, as
-- nobody can pin the publication.
set role wh_owner;

drop function ops.readable_products();

create function ops.readable_products() returns table (
    product text, report_date date, publication integer, vintage text, made_at timestamptz, rolled_back_at timestamptz, stem text
)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set client_min_messages = 'error'
as $$
declare
    own_counties text [] := ops.counties_of(session_user);
    keeps_record boolean := pg_has_role(session_user, 'wh_operator', 'member') or pg_has_role(session_user, 'wh_auditor', 'member');
    reads_whole boolean := own_counties is null or keeps_record;
begin
    if pg_has_role(session_user, 'wh_analyst', 'member') then
        own_counties := ops.county_codes();
    end if;
    return query
    select p.product, p.report_date, p.publication, p.vintage, p.made_at, shown.rolled_back_at, file.stem
    from ops.product as p
    inner join ops.publication as shown on p.publication = shown.publication
    cross join lateral (select regexp_replace(p.path, '[.][a-z]+$', '') as whole) as named
    cross join lateral (
        select named.whole as stem where reads_whole
        union all
        select named.whole || '-' || c from unnest(own_counties) as c where p.product = 'weekly'
    ) as file
    where shown.rolled_back_at is null or keeps_record
    order by p.made_at desc, file.stem;
end $$;

comment on function ops.readable_products() is
'本登录名可读的报告文件；县市只有本县市的调度单，审计员和操作员没有县市调度单；已撤回的发布的报告只有审计员和操作员可读。 | The files of reports that the login may read, without their endings; of a county, its own dispatches; of auditors and operators, no county''s dispatch, and what was rolled back, which nobody else reads.';
revoke all on function ops.readable_products() from public;
grant execute on function ops.readable_products() to wh_reader, wh_operator;

reset role;
