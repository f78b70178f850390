select u.login, u.kind, u.county_code, u.is_disabled
from ops.user_login as u
order by u.is_disabled, u.kind, u.county_code, u.login
