-- The state of nights, reports, alerts and uploads, in one row. What takes seconds has stopped after minutes: these are
-- limits of the programs, not settings.
select
    standing.report_date,
    ops.first_scheduled_date() as first_date,
    newest.report_date as newest_date,
    newest.status as newest_status,
    newest.started_at as newest_started,
    standing.published_at < %(now)s - interval '1 hour' and not exists (
        select from ops.product as p where p.product = 'daily' and p.publication = standing.publication
    ) as lacks_report,
    (
        select count(*) from ops.upload as u
        where u.state <> 'answered' and u.received_at < %(now)s - interval '1 minute' * %(unread_minutes)s
    ) as unread,
    (
        select count(*) from ops.alert as a
        where a.sent_at is null
            and (
                a.raised_at > %(now)s - interval '1 day'
                * (select ops.setting('alert_undelivered_days', (%(now)s at time zone 'Asia/Shanghai')::date))::integer
            ) is not false
            and (
                a.send_error is not null
                -- Without a channel nothing is ever sent, and nothing is wrong.
                or (%(channels)s or exists (select from ops.alert as s where s.sent_at is not null))
                and a.raised_at < %(now)s - interval '30 minutes'
            )
    ) as undelivered
from (select) as only_row
left join ops.publication as standing on standing.publication = ops.standing_publication()
left join (select * from ops.build where not ops.is_scratch(run_id) order by build desc limit 1) as newest on true
