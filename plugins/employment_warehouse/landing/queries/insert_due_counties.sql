insert into ops.due (feed, unit, report_date, due_at)
select %(feed)s, county_code, %(report_date)s, %(due_at)s
from unnest(ops.county_codes()) as county_code
where county_code <> all(regexp_split_to_array(coalesce(ops.setting('counties_not_joined', %(report_date)s), ''), '[,，、\s]+'))
on conflict do nothing
