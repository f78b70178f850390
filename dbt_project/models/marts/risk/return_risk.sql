-- Households with a poverty-alleviated member on the register, and the reasons why they may fall back into poverty.
with
reasons as (
    select
        county_code, household_no,
        array_agg(reason order by ordinal) as reasons,
        count(*) >= {{ setting('risk_warning_reasons', 'integer') }} or bool_or(level = 'warning') as is_warning,
        sum(amount) as amount_unpaid
    from {{ ref('int_risk_reason') }}
    group by county_code, household_no
),

judged as (
    select
        households.*, coalesce(reasons.reasons, '{}') as reasons, coalesce(reasons.amount_unpaid, 0) as amount_unpaid,
        case
            when reasons.is_warning then 'warning'
            when reasons.reasons is not null then 'watch'
            else 'none'
        end as risk_level
    from {{ ref('int_risk_household') }} as households
    left join reasons using (county_code, household_no)
)

select
    judged.county_code, judged.household_no, judged.township_code, judged.population_category, judged.is_relocated,
    judged.members_in_labour_force, judged.members_employed,
    judged.income_now::numeric(14, 2) as income_now,
    (judged.income_of_3_months / 3)::numeric(14, 2) as income_base,
    case
        when exists (
            select from ({{ rules_in_force('risk_rule', 'reason') }}) as rule where rule.reason = 'wages_unpaid_60d'
        ) then judged.amount_unpaid
    end::numeric(14, 2) as amount_unpaid,
    judged.reasons,
    judged.risk_level,
    -- Since the first of the unbroken run of publications that had the risk.
    case
        when judged.risk_level <> 'none' then coalesce(before.first_seen_on, {{ tonight_date() }})
    end as first_seen_on,
    coalesce(status.obs_status, 'A') as obs_status
from judged
left join {{ this }} as before
    on judged.county_code = before.county_code and judged.household_no = before.household_no
left join ({{ day_status() }}) as status on judged.county_code = status.county_code
