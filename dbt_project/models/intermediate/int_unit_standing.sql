-- Whether the units that the headline figures read have reported for a day on which they were due.
select
    {{ tonight_date() }} - due.report_date as days_back,
    due.feed,
    due.unit,
    case due.feed
        when 'gig_orders' then {{ prefecture() }}
        when 'relief_contract' then coalesce(project.county_code, {{ prefecture() }})
        else due.unit
    end as county_code,
    exists(
        select from {{ source('ops', 'delivery') }} as delivery
        where delivery.feed = due.feed and delivery.unit = due.unit and delivery.report_date = due.report_date
            and delivery.status = 'accepted'
    ) as is_accepted
from {{ source('ops', 'due') }} as due
left join {{ ref('dim_relief_project') }} as project on due.feed = 'relief_contract' and due.unit = project.project_no
where
    due.feed in ('labor_register', 'employment', 'public_post', 'relief_contract', 'gig_orders')
    and due.report_date in ({{ tonight_date() }}, {{ tonight_date() }} - 1, {{ tonight_date() }} - 7)
