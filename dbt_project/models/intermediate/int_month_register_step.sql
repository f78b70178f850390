-- By how much the register at the end of each month differs from what was last published, by township. A person in the
-- labour force without work who intends to work nearby waits for it.
with
known_until as ({{ last_report_date() }}),

month_ends as ({{ month_ends('month_end_register') }}),

moved_persons as ({{ moved_persons([
    [known_rows('fct_person_state'), ['valid_from', 'valid_to']],
    [known_rows('dim_person'), ['valid_from', 'valid_to']],
]) }}),

registered as ({{ states_to_count('month_ends') }}),

changes as (
    select
        registered.month, registered.county_code, registered.township_code,
        counted.change as persons,
        case when is_waiting then counted.change else 0 end as wanting_nearby_work,
        case
            when is_waiting and {{ is_priority('person') }} then counted.change
            else 0
        end as wanting_nearby_work_priority
    from registered
    inner join {{ known_rows('dim_person') }} as person
        on registered.person_key = person.person_key
        and {{ is_of_version('person', 'registered') }}
        and {{ holds_on('registered.on_date', 'person') }}
    cross join lateral (
        select
            case when registered.is_tonight then 1 else -1 end,
            registered.is_in_labour_force and not registered.is_employed and person.job_intention = 'nearby'
    ) as counted (change, is_waiting)
)

{{ cell_steps('changes', 'month_end_register', ['month', 'county_code', 'township_code'], [
    'persons', 'wanting_nearby_work', 'wanting_nearby_work_priority',
]) }}
