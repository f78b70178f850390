-- Each application on the talent site that the platform has not deleted, with the job that it is for.
select
    application.application_id,
    application.person_key,
    application.posting_id,
    application.status,
    (application.status_at at time zone 'Asia/Shanghai')::date as status_on,
    case
        when application.status = 'hired' then (application.status_at at time zone 'Asia/Shanghai')::date
    end as hired_on,
    posting.employer_name,
    posting.employer_uscc,
    posting.title,
    posting.work_division_code,
    posting.channel as posting_channel
from {{ ref('reported_application') }} as application
left join {{ ref('reported_job_posting') }} as posting
    on application.posting_id = posting.posting_id and not coalesce(posting.is_deleted, false)
where not coalesce(application.is_deleted, false)
