select h.on_date, h.is_working_day, h.holiday_zh, h.holiday_en
from seeds.holiday as h
where extract(year from h.on_date) = extract(year from %(on)s::date)
order by h.on_date
