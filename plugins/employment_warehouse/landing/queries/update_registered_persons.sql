-- As a statement of its own: "on conflict do update" would have to read what is sealed, which no loader may.
update vault.person as known
set key_version = %(key_version)s, sealed = new.sealed
from unnest(%(keys)b::uuid [], %(sealed)b::bytea []) as new (person_key, sealed)
where known.person_key = new.person_key and known.county_code = %(county_code)s
