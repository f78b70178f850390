select key
from unnest(%(keys)s::text []) as key
where (select p.person_key from vault.person as p where p.person_key = key::uuid and p.county_code is not null) is null
