{%- set key = ['on_date', 'county_code', 'indicator'] -%}
-- Headline figures whose value tonight differs from the published one, with the cause: that of the builds in which the
-- value changed.
with
publications as (
    select report_date as on_date, ops.publication_of(report_date) as published_in
    from {{ source('ops', 'valid_publication') }}
    where report_date < {{ tonight_date() }}
        and report_date > {{ tonight_date() }} - {{ setting('restatement_days', 'integer') }}
    group by report_date
),

versions as (
    select
        stored.on_date, stored.county_code, stored.indicator, stored.value, stored.from_build, stored.to_build,
        publications.published_in,
        lag(stored.value) over versions as value_before,
        lead(stored.from_build) over versions as next_from
    from store.{{ ref('headline_series').identifier }} as stored
    inner join publications using (on_date)
    window versions as (
        partition by stored.on_date, stored.county_code, stored.indicator order by stored.from_build
    )
),

compared as (
    select
        {{ key | join(', ') }}, published_in,
        max(value) filter (
            where from_build <= published_in and (to_build is null or to_build > published_in)
        ) as as_published,
        max(value) filter (where to_build is null) as as_known_now
    from versions
    group by {{ key | join(', ') }}, published_in
),

restated as (
    select *, coalesce(as_known_now, 0) - coalesce(as_published, 0) as difference from compared
),

changes as (
    select {{ key | join(', ') }}, from_build as build
    from versions
    where from_build > published_in and value is distinct from value_before
    union
    select {{ key | join(', ') }}, to_build
    from versions
    where to_build > published_in and to_build is distinct from next_from
),

deliveries as (
    select
        delivery.build, delivery.feed, delivery.report_date,
        -- A corrected return workbook is the first revision of a part of its own.
        delivery.revision > 1 or delivery.kind = 'correction' as is_correction,
        case
            when feed.unit = 'county' then delivery.unit
            when feed.unit = 'project' then project.county_code
        end as county_code,
        feed.unit = 'platform' as is_everywhere
    from {{ source('ops', 'delivery') }} as delivery
    inner join {{ source('ops', 'feed') }} as feed on delivery.feed = feed.feed
    left join {{ ref('dim_relief_project') }} as project on delivery.unit = project.project_no
    where delivery.status = 'accepted'
        and delivery.feed in ({{ needed_feeds('headline_series') }})
),

-- For each change, the deliveries of the county that its build used; for figures of the register, only its own.
deliveries_used as (
    select
        {{ prefixed(key, 'changes') }}, changes.build,
        bool_or(deliveries.report_date <= changes.on_date and deliveries.is_correction) as has_correction,
        bool_or(deliveries.report_date <= changes.on_date and not deliveries.is_correction) as has_late_file,
        bool_or(deliveries.report_date > changes.on_date) as has_later_report
    from changes
    inner join restated using ({{ key | join(', ') }})
    left join deliveries
        on changes.build = deliveries.build
        and (
            deliveries.is_everywhere or deliveries.county_code = changes.county_code
            or changes.county_code = {{ prefecture() }}
        )
        and (
            deliveries.feed = 'labor_register' or changes.indicator not in (
                'labour_force', 'poverty_alleviated_labour_force', 'relocated_households_with_labour'
            )
        )
    where restated.difference <> 0
    group by {{ prefixed(key, 'changes') }}, changes.build
),

caused as (
    select
        {{ prefixed(key, 'deliveries_used') }}, deliveries_used.build,
        case
            when deliveries_used.has_correction then 'correction'
            when deliveries_used.has_late_file then 'late_file'
            when night.rules_digest <> before.rules_digest then 'rule_change'
            when deliveries_used.has_later_report then 'later_report'
            else 'other_unit'
        end as cause
    from deliveries_used
    inner join {{ source('ops', 'build') }} as night on deliveries_used.build = night.build
    left join {{ source('ops', 'build') }} as before on night.base = before.build
)

select
    restated.indicator, restated.county_code, restated.on_date, restated.as_published, restated.published_in,
    restated.as_known_now, restated.difference,
    (array_agg(caused.cause order by caused.build desc))[1] as cause,
    array_agg(caused.cause order by caused.build) as causes
from restated
inner join caused using ({{ key | join(', ') }})
group by
    restated.indicator, restated.county_code, restated.on_date, restated.as_published, restated.published_in,
    restated.as_known_now, restated.difference
