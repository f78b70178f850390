-- A payroll that is corrected, or that names a batch again, may say another day on which it was sent: each day has its
-- row in ops.due, with the payrolls that say so.
set role wh_owner;

create or replace view ops.due_window as
with standing as not materialized (
    select due.feed, due.unit, due.report_date, due.due_at, feed.kind
    from ops.due as due
    inner join ops.feed as feed on due.feed = feed.feed
    where due.causes is null or exists (
        select from ops.delivery as cause
        where cause.delivery_id = any(due.causes) and cause.status = 'accepted' and not (
            feed.kind = 'batch' and exists (
                -- Which batches a revision names is recorded before the next build begins.
                select from ops.delivery as later
                where (later.feed, later.unit, later.report_date, later.part)
                    = (cause.feed, cause.unit, cause.report_date, cause.part)
                    and later.revision > cause.revision and later.status = 'accepted'
                    and later.build < (select max(newest.build) from ops.build as newest)
            )
        )
    )
)
select
    due.feed,
    due.unit,
    due.report_date,
    due.due_at,
    due.kind,
    (due.due_at at time zone 'Asia/Shanghai')::date as due_on,
    case
        when due.kind in ('batch', 'period') then '-infinity'::date
        else coalesce(
            (
                select earlier.report_date + 1 from standing as earlier
                where earlier.feed = due.feed and earlier.unit = due.unit and earlier.report_date < due.report_date
                order by earlier.report_date desc
                limit 1
            ),
            due.report_date
        )
    end as first_date,
    case when due.kind in ('batch', 'period') then 'infinity'::date else due.report_date end as last_date,
    case
        when due.kind = 'period' then (date_trunc('month', due.report_date::timestamp) - interval '1 month')::date
    end as month
from standing as due
-- A batch that was sent on several days, by payrolls that all count, is due back after the latest of them.
where due.kind <> 'batch' or not exists (
    select from standing as later
    where later.feed = due.feed and later.unit = due.unit and later.report_date > due.report_date
);

reset role;
