-- Evidence that a person works: spells, public posts, relief contracts and gig orders, reported by any county.
with
posts as (
    select
        tenure.person_key, 'public_post' as source,
        {{ tenure_key('tenure.county_code', 'tenure.post_no', 'tenure.reported_start_on') }} as source_key,
        'public_post' as channel,
        case
            when tenure.is_full_time then {{ job_rank('full_time_post') }} else {{ job_rank('part_time_post') }}
        end as job_rank,
        tenure.start_on, tenure.end_on, tenure.post_no as employer_name,
        left(tenure.township_code, 6) as work_division_code,
        tenure.monthly_subsidy as monthly_wage,
        null::text as workshop_no, false as is_reserved_job,
        null::text as industry, false as has_contract, false as is_organised, null::text as labor_brand,
        null::date as updated_on,
        tenure.county_code as reported_by
    from {{ ref('fct_post_tenure') }} as tenure
    inner join {{ ref('changed_person') }} as changed on tenure.person_key = changed.person_key
),

contracts as (
    select
        contract.person_key, 'relief_contract' as source,
        concat_ws('|', contract.project_no, contract.onsite_from) as source_key,
        'work_relief' as channel, {{ job_rank('work_relief') }} as job_rank,
        contract.onsite_from as start_on, contract.offsite_on as end_on, contract.project_no as employer_name,
        contract.county_code as work_division_code,
        null::numeric as monthly_wage,
        null::text as workshop_no, false as is_reserved_job,
        null::text as industry, false as has_contract, false as is_organised, null::text as labor_brand,
        null::date as updated_on,
        contract.project_no as reported_by
    from {{ ref('fct_relief_contract') }} as contract
    inner join {{ ref('changed_person') }} as changed on contract.person_key = changed.person_key
    where contract.offsite_on is null or contract.offsite_on >= contract.onsite_from
),

-- An order makes a person employed on the day on which it is completed and on the days of the reference week. Without a
-- reference week it would be a job without an end.
orders as (
    select
        gig.person_key, 'gig_order' as source, gig.order_id as source_key,
        'gig' as channel, {{ job_rank('gig') }} as job_rank,
        gig.completed_on as start_on,
        gig.completed_on + {{ setting('gig_reference_days', 'integer') }} - 1 as end_on,
        gig.market_code as employer_name,
        left(gig.township_code, 6) as work_division_code,
        null::numeric as monthly_wage,
        null::text as workshop_no, false as is_reserved_job,
        null::text as industry, false as has_contract, false as is_organised, null::text as labor_brand,
        null::date as updated_on,
        'hr_platform' as reported_by
    from {{ ref('fct_gig_order') }} as gig
    inner join {{ ref('changed_person') }} as changed on gig.person_key = changed.person_key
    where gig.completed_on is not null and {{ setting('gig_reference_days', 'integer') }} is not null
),

official as (
    select * from posts
    union all
    select * from contracts
),

-- A row of the employment register that names a public post or work relief is one job with the post or contract that
-- it overlaps; without one it ranks as a part-time post. One that is reported in advance is none before its first day.
matches as (
    select spell.person_key, spell.employer_name, spell.reported_start_on, min(official.job_rank) as job_rank
    from {{ ref('fct_employment_spell') }} as spell
    inner join official
        on spell.person_key = official.person_key and spell.channel = official.channel
        and daterange(spell.start_on, spell.end_on, '[]') && daterange(official.start_on, official.end_on, '[]')
    where spell.channel in ('public_post', 'work_relief') and official.start_on <= {{ tonight_date() }}
    group by spell.person_key, spell.employer_name, spell.reported_start_on
),

spells as (
    select
        spell.person_key, 'employment' as source,
        {{ spell_key('spell.employer_name', 'spell.reported_start_on') }} as source_key,
        spell.channel,
        case spell.channel
            {% for channel in ['enterprise', 'workshop', 'self_employed', 'gig'] -%}
            when '{{ channel }}' then {{ job_rank(channel) }}
            {% endfor -%}
            else coalesce(matches.job_rank, {{ job_rank('part_time_post') }})
        end as job_rank,
        spell.start_on, spell.end_on, spell.employer_name, spell.work_division_code, spell.monthly_wage,
        spell.workshop_no, coalesce(spell.is_reserved_job, false) as is_reserved_job,
        spell.industry, coalesce(spell.has_contract, false) as has_contract,
        coalesce(spell.is_organised, false) as is_organised, nullif(btrim(spell.labor_brand), '') as labor_brand,
        spell.updated_on,
        spell.county_code as reported_by
    from {{ ref('fct_employment_spell') }} as spell
    inner join {{ ref('changed_person') }} as changed on spell.person_key = changed.person_key
    left join matches
        on spell.person_key = matches.person_key and spell.employer_name = matches.employer_name
        and spell.reported_start_on = matches.reported_start_on
),

evidence as (
    select * from spells
    union all
    select * from posts
    union all
    select * from contracts
    union all
    select * from orders
)

select
    evidence.person_key, evidence.source, evidence.source_key, evidence.channel,
    evidence.job_rank::smallint as job_rank,
    evidence.start_on, evidence.end_on, evidence.employer_name, evidence.work_division_code,
    evidence.monthly_wage::numeric(14, 2) as monthly_wage, evidence.workshop_no, evidence.is_reserved_job,
    evidence.industry, evidence.has_contract, evidence.is_organised, evidence.labor_brand,
    evidence.updated_on, evidence.reported_by
from evidence
