insert into vault.person (person_key, key_version, county_code, sealed)
select new.person_key, %(key_version)s, %(county_code)s, new.sealed
from unnest(%(keys)b::uuid [], %(sealed)b::bytea []) as new (person_key, sealed)
order by new.person_key
on conflict (person_key, county_code) do nothing
