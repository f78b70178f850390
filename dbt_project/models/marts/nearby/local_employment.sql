-- Work near home, by township and month: persons who work nearby, orders of the gig market, recruitment events,
-- placements and days worked. Persons count where they are registered, orders and events where they take place.
with
nearby as (
    select place.county_code, place.township_code, jobs.month, sum(jobs.persons) as nearby_employed
    from {{ ref('month_end_employment') }} as jobs
    cross join lateral {{ township_places('jobs') }} as place (county_code, township_code)
    where {{ is_nearby('jobs.destination') }}
    group by place.county_code, place.township_code, jobs.month
),

events as (
    select
        place.county_code, place.township_code, date_trunc('month', event.held_on)::date as month,
        count(*) as events, sum(event.posts_offered) as posts_offered, sum(event.intents) as intents
    from {{ ref('fct_job_event') }} as event
    cross join lateral {{ township_places('event') }} as place (county_code, township_code)
    where event.held_on <= {{ tonight_date() }}
    group by place.county_code, place.township_code, date_trunc('month', event.held_on)
),

agencies as (
    select
        place.county_code, date_trunc('month', service.served_on)::date as month,
        count(distinct btrim(service.agency)) as agencies_active
    from {{ ref('fct_service_event') }} as service
    cross join lateral {{ county_places('service.county_code') }} as place (county_code)
    where service.served_on <= {{ tonight_date() }}
    group by place.county_code, date_trunc('month', service.served_on)
),

facts as (
    select county_code, township_code, month from events
    {%- for model in ['int_gig_month', 'int_placement_month', 'int_days_month'] %}
    union all
    select county_code, township_code, month from {{ ref(model) }}
    {%- endfor %}
),

grid as ({{ township_grid('facts') }})

select
    grid.county_code, grid.township_code, grid.month,
    coalesce(nearby.nearby_employed, 0)::integer as nearby_employed,
    coalesce(gig.gig_orders, 0) as gig_orders,
    coalesce(gig.gig_workers, 0) as gig_workers,
    coalesce(gig.gig_hours, 0)::numeric(14, 2) as gig_hours,
    coalesce(gig.gig_paid, 0)::numeric(14, 2) as gig_paid,
    gig.median_days_to_gig_payment,
    coalesce(gig.gig_unpaid_orders, 0) as gig_unpaid_orders,
    coalesce(events.events, 0)::integer as events,
    coalesce(events.posts_offered, 0)::integer as posts_offered,
    coalesce(events.intents, 0)::integer as intents,
    {{ while_set('placement_days', 'coalesce(placed.placed_30d, 0)') }} as placed_30d,
    coalesce(days.persons_with_days, 0) as persons_with_days,
    days.mean_days_worked,
    case when grid.township_code = grid.county_code then coalesce(agencies.agencies_active, 0) end::integer
        as agencies_active,
    case when grid.township_code = grid.county_code then coalesce(gig.markets_active, 0) end as markets_active,
    grid.counties_reporting,
    status.obs_status
from grid
inner join ({{ month_status() }}) as status using (county_code, month)
left join nearby using (county_code, township_code, month)
left join {{ ref('int_gig_month') }} as gig using (county_code, township_code, month)
left join events using (county_code, township_code, month)
left join {{ ref('int_placement_month') }} as placed using (county_code, township_code, month)
left join {{ ref('int_days_month') }} as days using (county_code, township_code, month)
left join agencies using (county_code, month)
