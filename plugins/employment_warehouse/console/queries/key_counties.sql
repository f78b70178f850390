select d.division_code as county_code, d.key_county_level as level, d.is_verified
from seeds.division as d
where d.level = 'county' and d.key_county_level is not null
order by d.division_code
