-- How many were stored. Not "on conflict do update": it would have to read what is sealed, which no loader may.
-- Whoever was just inserted is not looked up again: of a first register that is everybody.
with new as materialized (
    select * from unnest(%(keys)b::uuid [], %(sealed)b::bytea []) as person (person_key, sealed)
),

inserted as (
    insert into vault.person (person_key, key_version, county_code, sealed)
    select new.person_key, %(key_version)s, %(county_code)s, new.sealed
    from new
    order by new.person_key
    on conflict (person_key, county_code) do nothing
    returning person_key
),

updated as (
    update vault.person as known
    set key_version = %(key_version)s, sealed = new.sealed
    from new
    where
        known.person_key = new.person_key
        and known.county_code = %(county_code)s
        and new.person_key not in (select inserted.person_key from inserted)
    returning known.person_key
)

select (select count(*) from inserted) + (select count(*) from updated)
