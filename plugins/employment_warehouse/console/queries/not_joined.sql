-- Counties from which nothing is due on a date.
select c as county_code
from unnest(ops.county_codes()) as c
where c = any(regexp_split_to_array(coalesce(ops.setting('counties_not_joined', %(on)s), ''), '[,，、\s]+'))
