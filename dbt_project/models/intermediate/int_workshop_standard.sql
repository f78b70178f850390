-- What each county's workshops must reach at the end of each month: the county's own standard before the general one.
select distinct on (grid.county_code, grid.month)
    grid.county_code, grid.month, standard.enabled, standard.min_poverty_alleviated, standard.min_workers,
    standard.min_share, standard.months,
    (grid.month - make_interval(months => standard.months - 1))::date as judged_from
from {{ ref('int_month') }} as grid
inner join {{ ref('workshop_standard') }} as standard
    on standard.county_code in (grid.county_code, '*') and standard.valid_from <= grid.as_of
order by grid.county_code, grid.month, standard.county_code = '*', standard.valid_from desc
