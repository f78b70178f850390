-- Who somebody is, a county's register says: what other feeds have of a person counts only where there is nothing yet.
insert into vault.person (person_key, key_version, county_code, sealed)
select new.person_key, %(key_version)s, %(county_code)s, new.sealed
from unnest(%(keys)b::uuid [], %(sealed)b::bytea []) as new (person_key, sealed)
where not exists (select from vault.person as known where known.person_key = new.person_key)
order by new.person_key
on conflict (person_key, county_code) do nothing
