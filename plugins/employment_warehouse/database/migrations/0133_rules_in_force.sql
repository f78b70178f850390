-- Which rules of the findings are in force on a date is said once, for the nights and for the page of the settings.
set role wh_owner;

create function ops.rules(on_date date)
returns table (
    finding text, enabled boolean, threshold numeric, valid_from date, decided_by text, legal_basis text
)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    with stated as (
        select r.finding, r.valid_from, r.enabled, null::text as decided_by, r.legal_basis from seeds.finding_rule as r
        union all
        select d.finding, d.valid_from, d.enabled, d.decided_by, d.legal_basis from ops.rule_decision as d
    ),

    -- Of one date the operator's word counts.
    in_force as (
        select distinct on (s.finding) s.* from stated as s
        where s.valid_from <= on_date
        order by s.finding, s.valid_from desc, s.decided_by is null
    )

    select
        f.finding, f.enabled,
        (
            select r.threshold from seeds.finding_rule as r
            where r.finding = f.finding and r.valid_from <= on_date
            order by r.valid_from desc
            limit 1
        ),
        f.valid_from, f.decided_by, f.legal_basis
    from in_force as f;
end $$;
comment on function ops.rules(date) is
'某日有效的核查线索规则：种子表与操作员决定中生效日期最近者为准，同日以决定为准；阈值只来自种子表。 | The rules of the findings in force on a date: of the seed''s rows and the operators'' decisions the latest by date counts, of one date the decision; thresholds are the seed''s alone.';

comment on table ops.rule_decision is
'核查线索规则的启用决定（决定人、依据、生效日期）。 | Who switched a rule of the findings on or off, from which report date, on which legal basis. It counts until a later row of the seed finding_rule (ops.rules).';

revoke all on function ops.rules(date) from public;
grant execute on function ops.rules(date) to
wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_operator;
reset role;
