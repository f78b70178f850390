-- The counties that the notice supports above others, beside the prefecture and among its counties.
with
figures as (
    select figure.*, dictionary.direction
    from {{ ref('figure_report') }} as figure
    inner join {{ ref('indicator') }} as dictionary on figure.indicator = dictionary.code
    where figure.report = 'daily' and dictionary.in_key_counties
)

select
    figures.county_code, figures.indicator,
    county.key_county_level as level, county.is_verified,
    figures.value,
    whole.value as prefecture_value,
    {{ ratio('figures.value', 'whole.value') }}::numeric(9, 4) as ratio,
    figures.rank,
    case
        when figures.direction <> 0 then figures.direction * figures.value > figures.direction * whole.value
    end as better_than_prefecture,
    figures.obs_status
from figures
inner join {{ ref('division') }} as county
    on figures.county_code = county.division_code and county.level = 'county' and county.key_county_level is not null
left join figures as whole on figures.indicator = whole.indicator and whole.is_prefecture
where exists (
    select from {{ ref('int_register_start') }} as register where register.county_code = figures.county_code
)
