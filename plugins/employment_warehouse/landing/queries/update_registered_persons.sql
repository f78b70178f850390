-- The register determines a person's county, and has more details than the feed that named the person first.
update vault.person as known
set key_version = %(key_version)s, county_code = %(county_code)s, sealed = new.sealed
from unnest(%(keys)b::uuid [], %(sealed)b::bytea []) as new (person_key, sealed)
where known.person_key = new.person_key and known.county_code is null
