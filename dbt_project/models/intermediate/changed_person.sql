-- Persons whose facts this build recomputes: the scope of all models keyed by person.
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
-- Of a spell that two counties report, the later snapshot is believed: any night can change which one that is.
select person_key from {{ published_rows('fct_employment_spell') }} as contested_spells
where also_named_by is not null
union
-- A spell reported in advance makes or prolongs a job from its first day on.
select begun_spells.person_key
from {{ published_rows('fct_employment_spell') }} as begun_spells
inner join {{ source('ops', 'publication') }} as published on published.publication = (select ops.chain_head())
where begun_spells.start_on > published.report_date and begun_spells.start_on <= {{ tonight_date() }}
