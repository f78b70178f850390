-- Which period each report shows, and what it is compared with: as known tonight, or as it was published then.
with
tonight as (
    select
        {{ tonight_date() }} as day,
        {{ tonight_date() }} - extract(isodow from {{ tonight_date() }})::integer % 7 as sunday,
        date_trunc('month', {{ tonight_date() }})::date as month,
        (date_trunc('month', {{ tonight_date() }} + 1) - interval '1 month')::date as closed_month
),

dates as (
    select
        *,
        (closed_month - interval '1 month')::date as month_before,
        closed_month - 1 as month_before_end,
        (closed_month + interval '1 month')::date - 1 as closed_month_end
    from tonight
),

compared as (
    select report.*, dates.closed_month, dates.closed_month_end, dates.day
    from dates
    cross join lateral (
        values
        ('daily', 'S', day, day - 1, null::date),
        ('daily', 'P', month, month, day - 1),
        ('daily', 'N', day, null, day - 1),
        ('weekly', 'S', sunday, sunday - 7, null),
        ('weekly', 'P', month, month, day - 7),
        ('weekly', 'N', day, null, day - 7),
        ('monthly', 'S', closed_month_end, month_before_end, null),
        ('monthly', 'P', closed_month, month_before, null),
        ('monthly', 'N', day, null, month_before_end)
    ) as report (report, kind, period, compared_period, published_by)
),

publications as (select publication, report_date from {{ source('ops', 'valid_publication') }})

select
    compared.report, compared.kind, compared.period,
    case when compared.kind = 'N' then published.report_date else compared.compared_period end as compared_period,
    compared.published_by is null as is_known_tonight,
    published.publication as compared_publication,
    -- The month before is compared as the last bulletin published it.
    case
        when compared.report = 'monthly' and compared.kind <> 'N' and compared.day > compared.closed_month_end then (
            select max(past.publication) from publications as past
            where past.report_date between compared.closed_month and compared.closed_month_end
        )
    end as bulletin_publication
from compared
left join publications as published on published.publication = ops.publication_by(compared.published_by)
