-- Counties whose headline figure of the day before was reported, and not carried forward: those that can be compared.
select series.county_code
from marts.headline_series as series
inner join marts.publications as shown on shown.publication = %(publication)s
where series.indicator = 'rural_employed' and series.on_date = shown.report_date - 1 and series.obs_status = 'A'
order by series.county_code
