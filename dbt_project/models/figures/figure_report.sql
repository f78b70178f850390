-- Each figure of each report: its value, what it is compared with, its place among the counties. Those of the daily
-- report include figures that only other tables show.
with
figures as (
    select
        period.*, dictionary.code as indicator, places.division_code as county_code,
        places.division_code = {{ prefecture() }} as is_prefecture,
        dictionary.unit, dictionary.direction, dictionary.feeds,
        dictionary.unit in ('share', 'rate') as is_share,
        dictionary.unit in ('share', 'rate', 'CNY', 'day') and dictionary.direction <> 0 as is_ranked
    from {{ ref('indicator') }} as dictionary
    inner join {{ ref('figure_period') }} as period using (kind)
    cross join {{ ref('division') }} as places
    where places.level in ('county', 'prefecture')
),

tonight as (select * from {{ ref('indicator_value') }}),

-- The values of earlier publications, from their rows.
earlier as (
    select publications.publication, stored.indicator, stored.county_code, stored.period, stored.value,
        stored.numerator, stored.denominator
    from (
        select compared_publication as publication from {{ ref('figure_period') }}
        union
        select bulletin_publication from {{ ref('figure_period') }}
    ) as publications
    inner join store.indicator_value as stored
        on stored.from_build <= publications.publication
        and (stored.to_build is null or stored.to_build > publications.publication)
),

figure_values as (
    select
        figures.*, tonight.value, tonight.numerator, tonight.denominator,
        coalesce(tonight.obs_status, 'M') as obs_status,
        coalesce(before.value, published.value) as previous_value,
        coalesce(before.numerator, published.numerator) as previous_numerator,
        coalesce(before.denominator, published.denominator) as previous_denominator,
        figures.kind = 'S' and 'E' in (tonight.obs_status, before.obs_status) as is_carried,
        bulletin.value as previous_as_published,
        bulletin.numerator as published_numerator, bulletin.denominator as published_denominator
    from figures
    left join tonight
        on figures.indicator = tonight.indicator and figures.county_code = tonight.county_code
        and figures.period = tonight.period
    left join tonight as before
        on figures.is_known_tonight and figures.indicator = before.indicator
        and figures.county_code = before.county_code and figures.compared_period = before.period
    left join earlier as published
        on figures.compared_publication = published.publication and figures.indicator = published.indicator
        and figures.county_code = published.county_code and figures.compared_period = published.period
    left join earlier as bulletin
        on figures.bulletin_publication = bulletin.publication and figures.indicator = bulletin.indicator
        and figures.county_code = bulletin.county_code and figures.compared_period = bulletin.period
),

-- Like for like: a county that is carried forward on either day changes a count by nothing; a share is not compared.
changed as (
    select
        figure_values.*,
        case
            when not is_carried then value - previous_value
            when not is_share and previous_value is not null then 0
        end as own_change
    from figure_values
),

compared as (
    select
        changed.*,
        case
            when kind = 'S' and is_prefecture and not is_share
                then sum(own_change) filter (where not is_prefecture) over (partition by report, indicator)
            else own_change
        end as change
    from changed
),

ranked as (
    select
        compared.*,
        case when is_ranked and not is_prefecture and value is not null then rank() over (
            partition by report, indicator, is_prefecture order by direction * value desc nulls last
        ) end as rank,
        case when is_ranked and not is_prefecture and previous_value is not null then rank() over (
            partition by report, indicator, is_prefecture order by direction * previous_value desc nulls last
        ) end as previous_rank
    from compared
),

covered as (
    select figures.report, figures.indicator, figures.county_code,
        sum(coverage.units_accepted) / nullif(sum(coverage.units_due), 0) as coverage
    from figures
    inner join {{ ref('int_coverage') }} as coverage
        on figures.county_code = coverage.county_code and coverage.feed = any(figures.feeds)
    group by figures.report, figures.indicator, figures.county_code
)

select
    ranked.report, ranked.indicator, ranked.county_code, ranked.is_prefecture, ranked.unit,
    ranked.period as period_from,
    case
        when ranked.kind = 'P' then least((ranked.period + interval '1 month')::date - 1, {{ tonight_date() }})
        else ranked.period
    end as period_to,
    ranked.value, ranked.numerator, ranked.denominator,
    ranked.previous_value, ranked.previous_numerator, ranked.previous_denominator,
    ranked.change, ranked.rank::integer as rank, ranked.previous_rank::integer as previous_rank,
    ranked.previous_as_published, ranked.published_numerator, ranked.published_denominator,
    covered.coverage, ranked.obs_status
from ranked
left join covered using (report, indicator, county_code)
