select
    channel,
    sum(employed) as employed,
    sum(subsidised) as subsidised,
    sum(employed) filter (where destination in ('own_county', 'other_county')) as nearby,
    sum(employed) filter (where destination = 'other_prefecture') as other_prefecture,
    sum(employed) filter (where destination = 'other_province') as other_province,
    sum(employed) filter (where destination = 'abroad') as abroad
from marts.employment_stock
where county_code = %(prefecture)s and channel <> 'none'
group by channel
order by employed desc
