-- The reasons for which a household with a poverty-alleviated member may fall back into poverty: one row for each
-- household and reason.
with
rules as ({{ rules_in_force('risk_rule', 'reason') }}),

households as (select * from {{ ref('int_risk_household') }}),

members as (
    select person_key, county_code, household_no, is_employed
    from {{ ref('fct_person_state') }}
    where {{ holds_on(tonight_date()) }}
),

-- The day on which today's run of days without employment began, and who worked on the day before.
losses as (
    select cases.county_code, cases.household_no, cases.opened_on
    from {{ ref('zero_employment_household') }} as cases
    inner join {{ ref('fct_household_state') }} as before using (county_code, household_no)
    where cases.cleared_on is null and before.members_employed > 0 and before.valid_to = cases.opened_on
),

unpaid as (
    select
        members.county_code, members.household_no, payment.pay_due_on,
        payment.amount_due - payment.amount_paid as amount
    from members
    inner join {{ ref('fct_wage_payment') }} as payment using (person_key)
    where payment.feed in ('relief_payroll', 'public_post_payment') and payment.amount_paid < payment.amount_due
),

-- Members without work: the last day on which they were employed, and in which household.
separations as (
    select distinct on (members.person_key)
        members.county_code, members.household_no, states.valid_to - 1 as last_day,
        (states.county_code, states.household_no) = (members.county_code, members.household_no) as is_same_household
    from members
    inner join {{ ref('fct_person_state') }} as states using (person_key)
    where not members.is_employed and states.is_employed and states.valid_to <= {{ tonight_date() }}
    order by members.person_key, states.valid_to desc
),

sole_earners as (
    select separations.county_code, separations.household_no, separations.last_day
    from separations
    inner join {{ ref('fct_household_state') }} as states using (county_code, household_no)
    where separations.is_same_household and states.members_employed = 1
        and {{ holds_on('separations.last_day', 'states') }}
),

causes as (
    select county_code, household_no, 'all_jobs_lost_30d' as reason, null::numeric as amount
    from losses
    where opened_on > {{ tonight_date() }} - (select days from rules where reason = 'all_jobs_lost_30d')
    union all
    select county_code, household_no, 'income_down_30pct', null
    from households
    where not is_unknown and income_of_3_months > 0 and members_in_labour_force > 0
        and 3 * income_now
        <= (1 - (select threshold from rules where reason = 'income_down_30pct')) * income_of_3_months
    union all
    select county_code, household_no, 'wages_unpaid_60d', sum(amount)
    from unpaid
    where pay_due_on <= {{ tonight_date() }} - (select days from rules where reason = 'wages_unpaid_60d')
    group by county_code, household_no
    union all
    select county_code, household_no, 'monitored_and_unemployed', null
    from households
    where is_zero_employment and population_category in ('unstable', 'marginal', 'sudden_hardship')
    union all
    select distinct county_code, household_no, 'sole_earner_separated', null::numeric
    from sole_earners
    where last_day >= {{ tonight_date() }} - (select days from rules where reason = 'sole_earner_separated')
)

-- While a rule is off, its reason is none.
select causes.county_code, causes.household_no, causes.reason, rules.level, rules.ordinal, causes.amount
from causes
inner join households using (county_code, household_no)
inner join rules using (reason)
