select division_code as county_code, name_zh, name_en
from marts.dim_division
where level in ('prefecture', 'county')
order by division_code
