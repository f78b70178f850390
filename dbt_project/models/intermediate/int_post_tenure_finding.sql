-- Findings on how long a post is held: the rules, each with its days, unbounded if nothing ends them.
with
tenures as (
    select
        county_code, post_no, person_key, start_on, reported_start_on, end_on, term_months,
        daterange(start_on, end_on, '[]') as days
    from {{ ref('fct_post_tenure') }}
    where start_on <= {{ tonight_date() }}
),

-- A short tenure counts from its last day until the window ends.
short_tenures as (
    select
        county_code, post_no, person_key, start_on, end_on as valid_from,
        end_on + {{ setting('post_window_days', 'integer') }} as valid_to
    from tenures
    where end_on <= {{ tonight_date() }} and end_on - start_on + 1 < {{ setting('post_short_days', 'integer') }}
),

spans as ({{ elementary_spans('short_tenures', ['county_code', 'post_no']) }}),

short_tenures_of_spans as (
    select short_tenures.*, daterange(spans.valid_from, spans.valid_to) as days
    from spans
    inner join short_tenures
        on spans.county_code = short_tenures.county_code and spans.post_no = short_tenures.post_no
            and short_tenures.valid_from <= spans.valid_from and short_tenures.valid_to > spans.valid_from
),

crowded_spans as (
    select county_code, post_no, days
    from short_tenures_of_spans
    group by county_code, post_no, days
    having count(distinct person_key) >= {{ finding_threshold('rotated') }}
),

rotated as (
    select
        county_code, post_no, days, person_key, start_on, null::date as period, null::text as other_unit,
        null::text as other_key, null::uuid as approver_key, null::numeric as amount
    from short_tenures_of_spans
    inner join crowded_spans using (county_code, post_no, days)
),

-- The reported start, not the corrected one: a renewal begins a term of its own.
over_term as (
    select
        county_code, post_no,
        days * daterange((reported_start_on + make_interval(months => term_months))::date, null) as days,
        person_key, start_on, null::date as period, null::text as other_unit, null::text as other_key,
        null::uuid as approver_key, null::numeric as amount
    from tenures
    where term_months > 0
)

{{ post_finding_instances(['rotated', 'over_term']) }}
