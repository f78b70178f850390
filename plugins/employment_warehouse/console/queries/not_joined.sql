-- Counties from which nothing is due on a date.
select d.division_code as county_code
from seeds.division as d
inner join ops.settings(%(on)s) as s on s.name = 'counties_not_joined'
where d.level = 'county' and d.division_code = any(ops.words(s.value))
order by d.division_code
