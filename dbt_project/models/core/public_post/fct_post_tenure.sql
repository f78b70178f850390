{%- set tenure = ['unit', 'post_no', 'person_key', 'start_date'] -%}
-- Each tenure as the latest snapshot that names it describes it. One that is still open when a snapshot leaves it out
-- ended the day before; the same holder's tenure of the same post in that very snapshot is its correction.
with
runs as materialized (
    select reported.*
    from {{ ref('reported_public_post') }} as reported
    inner join {{ ref('changed_person') }} as changed on reported.person_key = changed.person_key
),

dated as materialized (
    select
        latest.*,
        {{ is_left_out('latest.end_date', 'latest.seen_to') }} as is_left_out,
        least(latest.end_date, latest.seen_to - 1) as end_on
    from (
        select distinct on ({{ tenure | join(', ') }}) * from runs
        order by {{ tenure | join(', ') }}, seen_from desc
    ) as latest
),

corrections as (
    select distinct on ({{ prefixed(tenure, 'dated') }})
        {{ prefixed(tenure, 'dated') }}, later.start_date as later_start_date
    from dated
    inner join runs as later
        on dated.unit = later.unit and dated.post_no = later.post_no and dated.person_key = later.person_key
        and dated.start_date <> later.start_date
        and {{ corrects('later', 'dated') }}
    where dated.is_left_out
    order by {{ prefixed(tenure, 'dated') }}, later.start_date
),

chains as ({{ first_starts('corrections', tenure[:-1], ['start_date']) }}),

tenures as (
    select
        dated.person_key, dated.unit as county_code, dated.post_no, dated.start_date as reported_start_on,
        least(dated.start_date, chains.first_start) as start_on,
        dated.end_on,
        case when dated.is_left_out then 'left_out' when dated.end_on is not null then 'reported' end as end_reason,
        dated.post_category, dated.township_code, dated.village_code, dated.term_months, dated.is_full_time,
        dated.monthly_subsidy::numeric(14, 2) as monthly_subsidy,
        dated.approver_key, dated.relation_to_approver
    from dated
    left join chains using ({{ tenure | join(', ') }})
    left join corrections using ({{ tenure | join(', ') }})
    where corrections.later_start_date is null
        and (dated.end_on is null or dated.end_on >= least(dated.start_date, chains.first_start))
)

select * from tenures
