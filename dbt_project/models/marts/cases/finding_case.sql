{%- set case = ['case_kind', 'finding', 'case_key'] -%}
{%- set content = [
    'county_code', 'township_code', 'unit_to_act_zh', 'unit_to_act_en', 'hanging_stage', 'amount', 'lines', 'evidence',
] -%}
-- Cases, carried from night to night: each night compares its findings with the last publication. A case that is no
-- longer found is closed: `resolved` on the day that its source gives, else `gone` tonight.
with
rules as ({{ rules_in_force('case_rule', 'case_kind, situation') }}),

before as (select * from {{ this }}),

open_before as (select * from before where closed_on is null),

found as (
    select
        found_case.*,
        concat(coalesce(own_rule.unit_zh, rule.unit_zh), '（' || found_case.acting_name || '）') as unit_to_act_zh,
        concat(coalesce(own_rule.unit_en, rule.unit_en), ' (' || found_case.acting_name || ')') as unit_to_act_en
    from {{ ref('found_case') }} as found_case
    inner join rules as rule on found_case.case_kind = rule.case_kind and rule.situation = '*'
    left join rules as own_rule
        on found_case.case_kind = own_rule.case_kind and found_case.situation = own_rule.situation
),

-- The last end that the source of each open case gives: after the case was opened and not after it began again.
endings as (
    select
        {{ prefixed(case, 'open_before') }}, max(ended.ended_on) as ended_on,
        max(ended.ended_on) filter (where ended.ended_on > open_before.opened_on) as restarted_after
    from open_before
    inner join {{ ref('ended_case') }} as ended using ({{ case | join(', ') }})
    left join found using ({{ case | join(', ') }})
    where ended.ended_on >= open_before.opened_on and (found.source_on is null or ended.ended_on <= found.source_on)
    group by {{ prefixed(case, 'open_before') }}
),

compared as (
    select
        {{ case | join(', ') }},
        open_before.opened_on as known_since, found.source_on,
        found.case_kind is not null as is_found,
        -- A household or post has two if its case ended and began again between two nights.
        case_kind in ('zero_employment_household', 'public_post')
            and found.source_on > open_before.opened_on and endings.restarted_after is not null as is_restarted,
        endings.ended_on
    from open_before
    full join found using ({{ case | join(', ') }})
    left join endings using ({{ case | join(', ') }})
),

open_now as (
    select
        {{ prefixed(case, 'compared') }},
        case
            when compared.known_since is null or compared.is_restarted
                then coalesce(compared.source_on, {{ tonight_date() }})
            else least(compared.known_since, compared.source_on)
        end as opened_on,
        {{ prefixed(content, 'found') }},
        null::date as closed_on, null::text as close_reason, null::date as last_found_on
    from compared
    inner join found using ({{ case | join(', ') }})
),

closed_now as (
    select
        {{ prefixed(case, 'compared') }}, open_before.opened_on, {{ prefixed(content, 'open_before') }},
        coalesce(compared.ended_on, {{ tonight_date() }}) as closed_on,
        case when compared.ended_on is null then 'gone' else 'resolved' end as close_reason,
        published.on_date as last_found_on
    from compared
    cross join ({{ last_report_date() }}) as published
    inner join open_before using ({{ case | join(', ') }})
    where not compared.is_found or compared.is_restarted
),

closed_before as (
    select
        {{ prefixed(case, 'before') }}, before.opened_on, {{ prefixed(content, 'before') }},
        before.closed_on, before.close_reason, before.last_found_on
    from before
    where before.closed_on is not null
),

cases as (
    select * from open_now
    union all
    select * from closed_now
    union all
    -- One that is found again since the same day is open again.
    select * from closed_before
    where ({{ prefixed(case, 'closed_before') }}, closed_before.opened_on) not in (
        select {{ case | join(', ') }}, opened_on from open_now
    )
),

waivers as (
    select check_name, unit, max(valid_to) as waived_until
    from {{ source('ops', 'waiver') }}
    where {{ tonight_date() }} between valid_from and valid_to
    group by check_name, unit
)

select
    cases.case_kind, cases.finding, cases.case_key, cases.opened_on, cases.county_code, cases.township_code,
    cases.unit_to_act_zh, cases.unit_to_act_en, cases.hanging_stage,
    cases.amount::numeric(14, 2) as amount,
    cases.lines, cases.closed_on, cases.close_reason,
    case when cases.closed_on is null then waivers.waived_until end as waived_until,
    cases.evidence, cases.last_found_on
from cases
left join waivers
    on waivers.check_name = concat_ws(':', 'case', cases.case_kind, cases.finding) and cases.case_key = waivers.unit
where cases.case_kind in (select case_kind from rules where situation = '*')
    and coalesce(cases.closed_on > {{ tonight_date() }} - {{ setting('case_kept_days', 'integer') }}, true)
