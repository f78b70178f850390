-- Persons who work with each partner, and what the agreements with it promise, at the end of each month. A county
-- counts its own people; in the prefecture's rows, too, a person's own county is not a partner.
with
employed as (
    select
        place.county_code, jobs.month, {{ partner_code('jobs.work_division_code') }} as partner_code,
        jobs.is_poverty_alleviated, jobs.is_organised, jobs.labor_brand, jobs.persons
    from {{ ref('month_end_employment') }} as jobs
    cross join lateral {{ county_places('jobs.county_code') }} as place (county_code)
    where jobs.destination <> 'own_county'
),

workers as (
    select
        county_code, partner_code, month,
        sum(persons) as employed_there,
        sum(persons) filter (where is_poverty_alleviated) as poverty_alleviated_employed_there,
        sum(persons) filter (where is_organised) as organised
    from employed
    group by county_code, partner_code, month
),

brands as (
    select
        county_code, partner_code, month, labor_brand, sum(persons) as workers,
        row_number() over (
            partition by county_code, partner_code, month order by sum(persons) desc, labor_brand collate "C"
        ) as rank
    from employed
    where labor_brand <> ''
    group by county_code, partner_code, month, labor_brand
),

in_force as (
    select grid.county_code, agreement.partner_code, grid.month, agreement.cooperation_type, agreement.planned_workers
    from {{ ref('int_month') }} as grid
    inner join {{ ref('fct_cooperation') }} as agreement
        on grid.county_code in (agreement.county_code, {{ prefecture() }})
        and {{ covers('grid.as_of', 'agreement', 'signed_on', 'ended_on') }}
),

agreements as (
    select
        county_code, partner_code, month,
        count(*) as agreements_in_force,
        sum(planned_workers) as planned,
        count(*) filter (where cooperation_type = 'east_west') as agreements_east_west,
        count(*) filter (where cooperation_type = 'north_south') as agreements_north_south,
        count(*) filter (where cooperation_type = 'interprovincial') as agreements_interprovincial
    from in_force
    group by county_code, partner_code, month
),

partners as (
    select county_code, partner_code, month from workers
    union
    select county_code, partner_code, month from agreements
)

select
    partners.county_code, partners.partner_code, partners.month,
    {% for count in [
        'workers.employed_there', 'workers.poverty_alleviated_employed_there', 'workers.organised',
        'agreements.agreements_in_force', 'agreements.planned', 'agreements.agreements_east_west',
        'agreements.agreements_north_south', 'agreements.agreements_interprovincial',
    ] -%}
    coalesce({{ count }}, 0)::integer as {{ count.split('.')[1] }},
    {% endfor -%}
    {{ ratio('coalesce(workers.organised, 0)', 'agreements.planned') }}::numeric(9, 4) as fulfilment_rate,
    brands.labor_brand as top_labor_brand,
    brands.workers::integer as top_labor_brand_workers,
    partners.partner_code = any({{ setting_words('notice_partners') }}) as is_notice_partner,
    grid.counties_reporting,
    status.obs_status
from partners
inner join {{ ref('int_month') }} as grid using (county_code, month)
inner join ({{ month_status() }}) as status using (county_code, month)
left join workers using (county_code, partner_code, month)
left join agreements using (county_code, partner_code, month)
left join brands
    on partners.county_code = brands.county_code and partners.partner_code = brands.partner_code
    and partners.month = brands.month and brands.rank = 1
