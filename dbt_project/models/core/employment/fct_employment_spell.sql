{%- set spell = ['person_key', 'employer_name', 'start_date'] -%}
with
-- The last snapshot that names a spell is the one before the run ended.
runs as materialized (
    select
        reported.*, {{ normalised_name('reported.employer_name') }} as normalised_name,
        snapshots.report_date as last_named_on
    from {{ ref('reported_employment') }} as reported
    inner join {{ ref('changed_person') }} as changed on reported.person_key = changed.person_key
    inner join ({{ accepted_snapshots('employment') }}) as snapshots
        on reported.unit = snapshots.unit
        and coalesce(reported.seen_to, 'infinity') = coalesce(snapshots.next_date, 'infinity')
),

-- Most spells were only ever reported with one content; of the others every version counts.
repeated_spells as materialized (
    select {{ spell | join(', ') }} from runs group by {{ spell | join(', ') }} having count(*) > 1
),

versions as materialized (select runs.* from runs inner join repeated_spells using ({{ spell | join(', ') }})),

histories as (
    select
        {{ spell | join(', ') }}, min(seen_from) as first_named_on,
        case when min(unit) < max(unit) then string_agg(distinct unit, ',' order by unit) end as also_named_by,
        case when min(monthly_wage) < max(monthly_wage) then jsonb_object_agg(seen_from, monthly_wage) end as wages
    from versions
    group by {{ spell | join(', ') }}
),

-- A county may report a spell, leave it out and report it again; two counties may report it: the latest snapshot is
-- used, and of two of the same date the one of the lower county code.
latest_versions as (
    select runs.* from runs
    where not exists (
        select from repeated_spells where ({{ prefixed(spell, 'repeated_spells') }}) = ({{ prefixed(spell, 'runs') }})
    )
    union all
    (
        select distinct on ({{ spell | join(', ') }}) * from versions
        order by {{ spell | join(', ') }}, last_named_on desc, unit
    )
),

-- An open spell that a snapshot omits ended the day before. One that ended long ago has only aged out.
dated as materialized (
    select
        latest_versions.*,
        {{ is_left_out('latest_versions.end_date', 'latest_versions.seen_to') }} as is_left_out,
        least(latest_versions.end_date, latest_versions.seen_to - 1) as end_on
    from latest_versions
),

-- The correction of a spell that was left out is the same person's spell with the same employer in that very snapshot.
corrections as (
    select distinct on (dated.person_key, dated.employer_name, dated.start_date)
        dated.person_key, dated.employer_name, dated.start_date,
        later.employer_name as later_employer_name, later.start_date as later_start_date
    from dated
    inner join runs as later
        on dated.person_key = later.person_key and dated.unit = later.unit
        and {{ corrects('later', 'dated') }}
        and (dated.employer_name, dated.start_date) <> (later.employer_name, later.start_date)
        and (
            dated.employer_uscc = later.employer_uscc
            or (
                (dated.employer_uscc is null or later.employer_uscc is null)
                and dated.normalised_name = later.normalised_name
            )
        )
    where dated.is_left_out
    order by dated.person_key, dated.employer_name, dated.start_date, later.start_date, later.employer_name collate "C"
),

chains as ({{ first_starts('corrections', ['person_key'], ['employer_name', 'start_date']) }}),

-- Without those that were corrected; one that was left out before its first day never happened.
spells as (
    select dated.*, least(dated.start_date, chains.first_start) as start_on
    from dated
    left join chains on ({{ prefixed(spell, 'dated') }}) = ({{ prefixed(spell, 'chains') }})
    left join corrections on ({{ prefixed(spell, 'dated') }}) = ({{ prefixed(spell, 'corrections') }})
    where corrections.person_key is null
        and (dated.end_on is null or dated.end_on >= least(dated.start_date, chains.first_start))
),

-- A row without a credit code has that of the person's other spells with the name that have begun. Which code another
-- county reports is not shown to counties.
employers as (
    select
        spells.*,
        {% for employer_key, reported_by in [('employer_key', ''), ('known_employer_key', ', unit')] -%}
        coalesce(
            employer_uscc,
            min(employer_uscc) filter (where start_on <= {{ tonight_date() }}) over (
                partition by person_key, normalised_name{{ reported_by }}
            ),
            normalised_name
        ) as {{ employer_key }}{{ ',' if not loop.last }}
        {% endfor %}
    from spells
)

select
    employers.person_key, employers.employer_name, employers.start_date as reported_start_on,
    employers.start_on, employers.end_on,
    case when employers.is_left_out then 'left_out' when employers.end_on is not null then 'reported' end as end_reason,
    employers.channel, employers.work_division_code,
    employers.employer_key, nullif(employers.known_employer_key, employers.employer_key) as own_employer_key,
    employers.employer_uscc, employers.industry, employers.occupation,
    employers.monthly_wage::numeric(14, 2) as monthly_wage, histories.wages as wage_history,
    employers.has_contract, employers.is_organised, employers.labor_brand, employers.workshop_no,
    employers.is_reserved_job, employers.updated_on, employers.unit as county_code, histories.also_named_by,
    coalesce(histories.first_named_on, employers.seen_from) as first_named_on
from employers
left join histories on ({{ prefixed(spell, 'employers') }}) = ({{ prefixed(spell, 'histories') }})
