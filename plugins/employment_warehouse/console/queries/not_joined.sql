-- Counties from which nothing is due on a date.
select d.division_code as county_code
from seeds.division as d
where
    d.level = 'county'
    and d.division_code = any(
        select unnest(regexp_split_to_array(s.value, '[,，、\s]+'))
        from seeds.setting as s
        where
            s.name = 'counties_not_joined'
            and s.enabled
            and s.valid_from = (
                select max(v.valid_from) from seeds.setting as v where v.name = s.name and v.valid_from <= %(on)s
            )
    )
order by d.division_code
