-- Wages owed by county: of work relief, which the daily report lists by project, and of public posts.
select county_code as unit, persons, arrears as amount, relief as relief_amount, posts as post_amount, since
from ops.wages_owed()
order by county_code
