{%- set is_left_out = 'coalesce(believed.end_date, believed.seen_to) >= believed.seen_to' -%}
{%- set spell = ['person_key', 'employer_name', 'start_date'] -%}
{%- set begun_code -%}
min(dated.employer_uscc) filter (where least(dated.start_date, chains.first_start) <= {{ tonight_date() }})
{%- endset -%}
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
believed as (
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
        believed.*,
        {{ is_left_out }} as is_left_out,
        case when {{ is_left_out }} then believed.seen_to - 1 else believed.end_date end as end_on
    from believed
),

-- The correction of a spell that was left out is the same person's spell with the same employer in that very snapshot.
corrections as (
    select distinct on (dated.person_key, dated.employer_name, dated.start_date)
        dated.person_key, dated.employer_name, dated.start_date,
        later.employer_name as later_employer_name, later.start_date as later_start_date
    from dated
    inner join runs as later
        on dated.person_key = later.person_key and dated.unit = later.unit
        and later.seen_from <= dated.seen_to and (later.seen_to is null or later.seen_to > dated.seen_to)
        and (dated.employer_name, dated.start_date) <> (later.employer_name, later.start_date)
        and (
            dated.employer_uscc = later.employer_uscc
            or (
                (dated.employer_uscc is null or later.employer_uscc is null)
                and dated.normalised_name = later.normalised_name
            )
        )
        and later.start_date <= dated.end_on + {{ setting('corrected_spell_days', 'integer') }}
        and (later.end_date is null or later.end_date >= dated.start_date)
    where dated.is_left_out
    order by dated.person_key, dated.employer_name, dated.start_date, later.start_date, later.employer_name collate "C"
),

chains as ({{ first_starts('corrections', ['person_key'], ['employer_name', 'start_date']) }}),

spells as (
    select
        dated.person_key, dated.employer_name, dated.start_date as reported_start_on,
        least(dated.start_date, chains.first_start) as start_on, dated.end_on,
        case when dated.is_left_out then 'left_out' when dated.end_on is not null then 'reported' end as end_reason,
        dated.channel, dated.work_division_code,
        -- A row without a credit code has that of the person's other spells with the name that have begun. Which code
        -- another county reports is not shown to counties.
        coalesce(dated.employer_uscc, {{ begun_code }} over by_name, dated.normalised_name) as employer_key,
        nullif(
            coalesce(dated.employer_uscc, {{ begun_code }} over by_unit, dated.normalised_name),
            coalesce(dated.employer_uscc, {{ begun_code }} over by_name, dated.normalised_name)
        ) as own_employer_key,
        dated.employer_uscc, dated.industry, dated.occupation,
        dated.monthly_wage::numeric(14, 2) as monthly_wage, histories.wages as wage_history,
        dated.has_contract, dated.is_organised, dated.labor_brand, dated.workshop_no, dated.is_reserved_job,
        dated.updated_on, dated.unit as county_code, histories.also_named_by,
        coalesce(histories.first_named_on, dated.seen_from) as first_named_on
    from dated
    left join histories on ({{ prefixed(spell, 'dated') }}) = ({{ prefixed(spell, 'histories') }})
    left join chains on ({{ prefixed(spell, 'dated') }}) = ({{ prefixed(spell, 'chains') }})
    left join corrections on ({{ prefixed(spell, 'dated') }}) = ({{ prefixed(spell, 'corrections') }})
    where corrections.person_key is null
        -- A spell left out before its first day never happened.
        and (dated.end_on is null or dated.end_on >= least(dated.start_date, chains.first_start))
    window
        by_name as (partition by dated.person_key, dated.normalised_name),
        by_unit as (partition by dated.person_key, dated.normalised_name, dated.unit)
)

select * from spells
