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
-- If two counties report a spell, the later snapshot prevails: any night can change which one that is. The facts may
-- not have the spell, if the county that prevailed so far had corrected it.
select person_key from (
    select person_key
    from {{ published_rows('reported_employment') }} as named
    group by person_key, employer_name, start_date
    having min(unit) < max(unit)
) as contested_spells
-- A spell reported in advance starts or extends a job on its first day. From its own first day on a post or a contract
-- gives its rank to the spell that names it.
{%- for model, start_on in [
    ('fct_employment_spell', 'start_on'), ('fct_post_tenure', 'start_on'), ('fct_relief_contract', 'onsite_from'),
] %}
union
select started.person_key
from {{ published_rows(model) }} as started
cross join ({{ last_report_date() }}) as published
where started.{{ start_on }} > published.on_date and started.{{ start_on }} <= {{ tonight_date() }}
{%- endfor %}
