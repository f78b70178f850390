{%- set content = [
    'township_code', 'is_relocated', 'population_category', 'members', 'members_in_labour_force', 'members_employed',
    'is_zero_employment', 'best_channel',
] -%}
with
members as materialized (
    select
        states.county_code, states.household_no, states.township_code, states.is_relocated, states.population_category,
        states.is_in_labour_force, states.is_employed, states.channel, states.job_rank,
        states.valid_from, states.valid_to
    from {{ ref('fct_person_state') }} as states
    inner join {{ ref('changed_household') }} as changed
        on states.county_code = changed.county_code and states.household_no = changed.household_no
),

spans as ({{ elementary_spans('members', ['county_code', 'household_no']) }}),

counted as (
    select
        spans.county_code, spans.household_no, spans.valid_from, spans.valid_to,
        min(members.township_code) as township_code,
        bool_or(members.is_relocated) as is_relocated,
        {{ worst_category('members.population_category') }} as population_category,
        count(*)::integer as members,
        count(*) filter (where members.is_in_labour_force)::integer as members_in_labour_force,
        count(*) filter (where members.is_employed)::integer as members_employed,
        substr(min(members.job_rank::text || members.channel), 2) as best_channel
    from spans
    inner join members
        on spans.county_code = members.county_code and spans.household_no = members.household_no
        and {{ holds_on('spans.valid_from', 'members') }}
    group by spans.county_code, spans.household_no, spans.valid_from, spans.valid_to
),

span_states as (
    select counted.*, members_in_labour_force > 0 and members_employed = 0 as is_zero_employment from counted
),

household_states as ({{ merged_spans('span_states', ['county_code', 'household_no'], content) }})

select * from household_states
