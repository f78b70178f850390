-- Whose facts this build has to work out anew: the scope of all models that are told by person.
select person_key from {{ changed_rows('reported_labor_register') }} as listings
union
select person_key from {{ changed_rows('reported_employment') }} as spells
union
select person_key from {{ changed_rows('reported_public_post') }} as posts
union
select person_key from {{ changed_rows('fct_relief_contract') }} as contracts
union
select person_key from {{ changed_rows('fct_gig_order') }} as orders
union
-- Of a spell that two counties name, the later snapshot is believed: any night can turn it.
select person_key from {{ published_rows('fct_employment_spell') }} as told_twice
where also_named_by is not null
