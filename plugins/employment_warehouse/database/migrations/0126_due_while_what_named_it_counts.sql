-- A batch or a project is due while a report that names it counts. The batches of a payroll that was withdrawn, or corrected
-- with another batch number, stayed missing for ever: no bank can return them.
set role wh_owner;

alter table ops.due add column causes bigint [];

comment on column ops.due.causes is
'使之应报的报送记录（列有该代发批次的发放表、列有该在建项目的项目表）；空：按日历应报。 | The deliveries that name it: payrolls with the payment batch, lists with the open project; NULL: due by the calendar.';

grant update (causes) on ops.due to wh_loader;

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
    case due.kind
        when 'batch' then '-infinity'::date
        when 'period' then date_trunc('month', due.report_date::timestamp)::date
        else coalesce(
            (
                select max(earlier.report_date) + 1 from standing as earlier
                where earlier.feed = due.feed and earlier.unit = due.unit and earlier.report_date < due.report_date
            ),
            due.report_date
        )
    end as first_date,
    case due.kind when 'batch' then 'infinity'::date else due.report_date end as last_date
from standing as due;

reset role;
