-- The county that owes most first.
select county_code, persons, arrears, relief, posts, since
from ops.wages_owed()
order by arrears desc, county_code
