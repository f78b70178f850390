-- Outcomes after services: who was hired afterwards, and how incomes changed. The first of a person's services in a
-- cell counts. The service need not be the cause: there is no control group.
with
events as (
    select
        *, coalesce(home_county_code, county_code) as person_county,
        date_trunc('month', served_on)::date as month
    from {{ ref('fct_service_event') }}
    where served_on <= {{ tonight_date() }}
),

-- The persons of each cell; of training, those of each kind as well.
clients as materialized (
    select
        place.county_code, events.service_type, kind.training_type, events.month, events.person_key,
        min(events.served_on) as first_on,
        min(events.served_on) + {{ setting('service_follow_up_days', 'integer') }} as followed_on,
        (array_agg(events.is_poverty_alleviated order by events.served_on))[1] as is_poverty_alleviated,
        count(*) as events,
        sum(events.amount) as cost
    from events
    cross join lateral {{ county_places('events.person_county') }} as place (county_code)
    cross join lateral (
        values
        ('all'),
        (case events.service_type when 'skill_training' then coalesce(events.training_type, 'unstated') end)
    ) as kind (training_type)
    where kind.training_type is not null
    group by place.county_code, events.service_type, kind.training_type, events.month, events.person_key
),

hired as (
    select distinct clients.person_key, clients.first_on
    from (select distinct person_key, first_on, followed_on from clients) as clients
    inner join {{ ref('fct_job') }} as job using (person_key)
    where job.is_hire and job.start_on between clients.first_on and least(clients.followed_on, {{ tonight_date() }})
),

states as materialized (
    select
        day.on_date, state.person_key, state.is_in_labour_force, state.is_employed, state.source, state.source_key,
        state.channel, state.monthly_wage
    from (
        select person_key, first_on as on_date from clients
        union
        select person_key, followed_on from clients where followed_on <= {{ tonight_date() }}
    ) as day
    inner join {{ ref('fct_person_state') }} as state using (person_key)
    where {{ holds_on('day.on_date', 'state') }}
),

standings as (
    select person_key, on_date, is_in_labour_force and not is_employed as is_out_of_work, income
    from ({{ income_on('states') }}) as incomes
),

effects as (
    select
        clients.*, hired.person_key is not null as is_hired,
        coalesce(before.is_out_of_work, false) as is_out_of_work,
        after.income - before.income as wage_change
    from clients
    left join hired using (person_key, first_on)
    left join standings as before on clients.person_key = before.person_key and clients.first_on = before.on_date
    left join standings as after on clients.person_key = after.person_key and clients.followed_on = after.on_date
),

counted as (
    select
        county_code, service_type, training_type, month,
        sum(events) as events,
        count(*) as persons,
        count(*) filter (where is_poverty_alleviated) as of_which_poverty_alleviated,
        count(*) filter (where is_hired) as hired_within_90d,
        count(*) filter (where is_out_of_work) as out_of_work,
        count(*) filter (where is_out_of_work and is_hired) as out_of_work_hired,
        count(wage_change) as wage_pairs,
        avg(wage_change) as wage_change,
        sum(cost) as cost
    from effects
    group by county_code, service_type, training_type, month
),

judged as (
    select
        counted.*, grid.counties_reporting,
        grid.period_end + {{ setting('service_follow_up_days', 'integer') }} <= {{ tonight_date() }} as is_complete
    from counted
    inner join {{ ref('int_month') }} as grid using (county_code, month)
)

select
    judged.county_code, judged.service_type, judged.training_type, judged.month,
    {% for count in ['events', 'persons', 'of_which_poverty_alleviated', 'out_of_work'] -%}
    judged.{{ count }}::integer as {{ count }},
    {% endfor -%}
    {% for count in ['hired_within_90d', 'out_of_work_hired', 'wage_pairs'] -%}
    {{ while_set('service_follow_up_days', 'judged.' ~ count) }}::integer as {{ count }},
    {% endfor -%}
    case when is_complete then hired_within_90d / persons::numeric end::numeric(9, 4) as hire_rate,
    case when is_complete then out_of_work_hired / nullif(out_of_work, 0)::numeric end::numeric(9, 4)
        as out_of_work_hire_rate,
    judged.wage_change::numeric(14, 2) as wage_change,
    coalesce(judged.cost, 0)::numeric(14, 2) as cost,
    judged.counties_reporting,
    status.obs_status
from judged
inner join ({{ month_status() }}) as status using (county_code, month)
