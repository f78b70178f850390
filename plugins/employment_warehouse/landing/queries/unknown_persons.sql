-- A subquery a key, so that the index is asked: a join would read the whole vault for each batch.
select key
from unnest(%(keys)s::text []) as key
where (select p.person_key from vault.person as p where p.person_key = key::uuid) is null
