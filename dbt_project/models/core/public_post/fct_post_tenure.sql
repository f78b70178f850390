-- Each tenure as the latest snapshot that names it describes it. One that is still open when a snapshot leaves it out
-- ended the day before; the same holder's tenure of the same post in that very snapshot is its correction.
with
latest as materialized (
    select distinct on (reported.unit, reported.post_no, reported.person_key, reported.start_date) reported.*
    from {{ ref('reported_public_post') }} as reported
    inner join {{ ref('changed_person') }} as changed on reported.person_key = changed.person_key
    order by reported.unit, reported.post_no, reported.person_key, reported.start_date, reported.seen_from desc
),

dated as (
    select
        latest.*,
        coalesce(latest.end_date, latest.seen_to) >= latest.seen_to as is_left_out,
        case
            when coalesce(latest.end_date, latest.seen_to) >= latest.seen_to then latest.seen_to - 1
            else latest.end_date
        end as end_on
    from latest
),

corrections as (
    select later.unit, later.post_no, later.person_key, later.start_date, min(dated.start_date) as first_start,
        array_agg(dated.start_date) as corrected_starts
    from dated
    inner join latest as later
        on dated.unit = later.unit and dated.post_no = later.post_no and dated.person_key = later.person_key
        and dated.start_date <> later.start_date
        and later.seen_from <= dated.seen_to and (later.seen_to is null or later.seen_to > dated.seen_to)
        and later.start_date <= dated.end_on + {{ setting('corrected_spell_days', 'integer') }}
        and (later.end_date is null or later.end_date >= dated.start_date)
    where dated.is_left_out
    group by later.unit, later.post_no, later.person_key, later.start_date
),

tenures as (
    select
        dated.person_key, dated.unit as county_code, dated.post_no, dated.start_date as reported_start_on,
        least(dated.start_date, corrections.first_start) as start_on,
        dated.end_on,
        case when dated.is_left_out then 'left_out' when dated.end_on is not null then 'reported' end as end_reason,
        dated.post_category, dated.township_code, dated.village_code, dated.term_months, dated.is_full_time,
        dated.monthly_subsidy::numeric(14, 2) as monthly_subsidy,
        dated.approver_key, dated.relation_to_approver
    from dated
    left join corrections
        on dated.unit = corrections.unit and dated.post_no = corrections.post_no
        and dated.person_key = corrections.person_key and dated.start_date = corrections.start_date
    where
        (dated.end_on is null or dated.end_on >= least(dated.start_date, corrections.first_start))
        and not exists (
            select from corrections as corrected
            where corrected.unit = dated.unit and corrected.post_no = dated.post_no
                and corrected.person_key = dated.person_key
                and dated.start_date = any(corrected.corrected_starts)
        )
)

select * from tenures
