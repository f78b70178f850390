-- Figures of a publication that are known otherwise tonight, the largest differences first.
select
    r.indicator,
    i.name_zh,
    i.name_en,
    r.county_code,
    r.on_date,
    r.as_published,
    r.as_known_now,
    r.difference,
    r.cause,
    count(*) over () as total
from marts.restatement as r
left join marts.indicator as i on r.indicator = i.code
where r.published_in = %(publication)s
order by abs(r.difference) desc, r.indicator, r.county_code
limit %(rows)s offset %(skipped)s
