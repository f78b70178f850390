-- Persons whose main job is a spell with an enterprise or workshop, and those of them with a labour contract.
with
counties as materialized (
    select
        states.county_code,
        count(*) as persons,
        count(*) filter (where spell.has_contract) as with_contract
    from {{ ref('fct_person_state') }} as states
    inner join {{ ref('fct_employment_spell') }} as spell
        on states.person_key = spell.person_key
        and states.source_key = {{ spell_key('spell.employer_name', 'spell.reported_start_on') }}
    where {{ holds_on(tonight_date(), 'states') }}
        and states.source = 'employment' and states.channel in ('enterprise', 'workshop')
    group by states.county_code
)

select
    coalesce(county_code, {{ prefecture() }}) as county_code,
    sum(persons)::bigint as persons,
    sum(with_contract)::bigint as with_contract
from counties
group by rollup (county_code)
