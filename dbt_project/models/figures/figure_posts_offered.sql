-- Posts offered at the events of a month, beside the labour force at its end.
select
    events.county_code, events.month, events.posts_offered,
    headline.value as labour_force
from {{ ref('local_employment') }} as events
inner join {{ ref('int_month') }} as months using (county_code, month)
left join {{ ref('headline_series') }} as headline
    on months.county_code = headline.county_code and months.as_of = headline.on_date
    and headline.indicator = 'labour_force'
where events.township_code = events.county_code
