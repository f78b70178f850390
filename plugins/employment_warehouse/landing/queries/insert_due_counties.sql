insert into ops.due (feed, unit, report_date, due_at)
select %(feed)s, county_code, %(report_date)s, %(due_at)s
from unnest(ops.county_codes()) as county_code
where county_code <> all(coalesce(ops.words(ops.setting('counties_not_joined', %(report_date)s)), '{}'))
on conflict do nothing
