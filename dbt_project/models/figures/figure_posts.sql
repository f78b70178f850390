-- Public posts, beside the poverty-alleviated persons in the labour force who are not employed, at the end of a month.
select
    posts.county_code, posts.month, posts.posts,
    labour.value - employed.value as jobless
from {{ ref('public_post_monitor') }} as posts
inner join {{ ref('int_month') }} as months using (county_code, month)
left join {{ ref('headline_series') }} as labour
    on months.county_code = labour.county_code and months.as_of = labour.on_date
    and labour.indicator = 'poverty_alleviated_labour_force'
left join {{ ref('headline_series') }} as employed
    on months.county_code = employed.county_code and months.as_of = employed.on_date
    and employed.indicator = 'poverty_alleviated_employed'
where posts.post_category = 'all'
