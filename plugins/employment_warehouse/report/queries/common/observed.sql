-- By day and county whether the headline figures are of what was reported for the day (A) or carried forward (E): of
-- the last two months, which have every day that a report shows or compares with.
select series.on_date, series.county_code, series.obs_status
from marts.headline_series as series
inner join marts.publications as shown on shown.publication = %(publication)s
where
    series.indicator = 'rural_employed' and series.county_code <> %(prefecture)s
    and series.on_date > shown.report_date - 63
order by series.on_date, series.county_code
