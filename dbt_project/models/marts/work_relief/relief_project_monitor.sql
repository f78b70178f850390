-- Each project: its funds, its workers, the wages owed and since when, and how long each stage of paying takes.
with
lines as (
    select
        line.*,
        {{ arrears('line') }} as arrears
    from {{ ref('fct_relief_payroll_line') }} as line
),

wages as (
    select
        project_no,
        sum(amount_due) as wages_due, sum(amount_paid) as wages_paid,
        sum(amount_unconfirmed) as wages_unconfirmed,
        sum(arrears) as arrears,
        min(pay_due_on) filter (where arrears > 0) as arrears_since,
        sum(failed_lines) as rejected_payments
    from lines
    group by project_no
),

-- From the end of the month worked to the bank's credit; a stage dated before the one that it follows took no time.
clocks as (
    select
        project_no,
        {% for stage, till, since in [
            ('pay', 'credited_on', 'period_end'), ('list', 'listed_on', 'period_end'),
            ('sign', 'signed_on', 'listed_on'), ('approve', 'approved_on', 'signed_on'),
            ('send', 'sent_on', 'approved_on'), ('credit', 'credited_on', 'sent_on'), ('cure', 'cured_on', 'failed_on'),
        ] -%}
        percentile_cont(0.5) within group (order by greatest({{ till }} - {{ since }}, 0))
        filter (where {{ till }} - {{ since }} is not null) as median_days_to_{{ stage }}{{ ',' if not loop.last }}
        {% endfor %}
    from lines
    group by project_no
),

slowest_stages as (
    select distinct on (clocks.project_no) clocks.project_no, stage.stage as slowest_stage
    from clocks
    cross join lateral (
        values
        (1, 'list', median_days_to_list),
        (2, 'sign', median_days_to_sign),
        (3, 'approve', median_days_to_approve),
        (4, 'send', median_days_to_send),
        (5, 'credit', median_days_to_credit)
    ) as stage (place, stage, days)
    where stage.days is not null
    order by clocks.project_no, stage.days desc, stage.place
),

workers as (
    select
        line.project_no, line.person_key,
        bool_or({{ is_contract_of('contract', 'line') }}) as has_contract
    from lines as line
    left join {{ ref('fct_relief_contract') }} as contract using (project_no, person_key)
    group by line.project_no, line.person_key
),

people as (
    select
        workers.project_no,
        count(*)::integer as workers,
        count(*) filter (where person.is_priority)::integer as priority_group_workers,
        count(*) filter (where workers.has_contract)::integer as workers_with_contract
    from workers
    left join {{ ref('int_relief_worker') }} as person using (person_key)
    group by workers.project_no
),

-- A project's own floor before that of its type, of its year, and the general one.
floors as (
    select distinct on (project.project_no) project.project_no, floor.floor, floor.enabled
    from {{ ref('dim_relief_project') }} as project
    inner join {{ ref('remuneration_floor') }} as floor
        on floor.project_no in (project.project_no, '*') and floor.fund_type in (project.project_type, '*')
            and coalesce(floor.plan_year = extract(year from project.started_on), true)
            and floor.valid_from <= {{ tonight_date() }}
    order by
        project.project_no, floor.project_no = '*', floor.fund_type = '*', floor.plan_year is null,
        floor.valid_from desc
)

select
    project.county_code, project.township_code, project.project_no, project.project_name, project.project_type,
    project.relief_funds, project.planned_remuneration,
    coalesce(wages.wages_paid, 0)::numeric(14, 2) as remuneration_paid,
    {{ ratio('coalesce(wages.wages_paid, 0)', 'project.relief_funds') }}::numeric(9, 4) as remuneration_share,
    case when floors.enabled then floors.floor end::numeric(9, 4) as remuneration_floor,
    coalesce(people.workers, 0) as workers, coalesce(people.priority_group_workers, 0) as priority_group_workers,
    coalesce(people.workers_with_contract, 0) as workers_with_contract,
    (people.workers_with_contract::numeric / nullif(people.workers, 0))::numeric(9, 4) as contract_coverage,
    coalesce(wages.wages_due, 0)::numeric(14, 2) as wages_due,
    coalesce(wages.wages_paid, 0)::numeric(14, 2) as wages_paid,
    coalesce(wages.wages_unconfirmed, 0)::numeric(14, 2) as wages_unconfirmed,
    coalesce(wages.arrears, 0)::numeric(14, 2) as arrears,
    (wages.arrears / nullif(wages.wages_due, 0))::numeric(9, 4) as arrears_share,
    wages.arrears_since,
    {% for stage in ['pay', 'list', 'sign', 'approve', 'send', 'credit'] -%}
    clocks.median_days_to_{{ stage }}::numeric(8, 1) as median_days_to_{{ stage }},
    {% endfor -%}
    slowest_stages.slowest_stage,
    coalesce(wages.rejected_payments, 0)::integer as rejected_payments,
    clocks.median_days_to_cure::numeric(8, 1) as median_days_to_cure,
    project.planned_completion_on, project.completed_on
from {{ ref('dim_relief_project') }} as project
left join wages using (project_no)
left join clocks using (project_no)
left join slowest_stages using (project_no)
left join people using (project_no)
left join floors using (project_no)
