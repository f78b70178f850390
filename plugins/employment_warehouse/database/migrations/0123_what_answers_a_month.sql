-- A file of a period feed answers what is due in its own month. A payroll of March that came after the tenth of April
-- answered for April as well, so that nobody was told of a month without wages.
set role wh_owner;

create or replace view ops.due_window as
select
    due.feed,
    due.unit,
    due.report_date,
    due.due_at,
    feed.kind,
    (due.due_at at time zone 'Asia/Shanghai')::date as due_on,
    case feed.kind
        when 'batch' then '-infinity'::date
        when 'period' then date_trunc('month', due.report_date::timestamp)::date
        else coalesce(
            (
                select max(earlier.report_date) + 1 from ops.due as earlier
                where earlier.feed = due.feed and earlier.unit = due.unit and earlier.report_date < due.report_date
            ),
            due.report_date
        )
    end as first_date,
    case feed.kind when 'batch' then 'infinity'::date else due.report_date end as last_date
from ops.due as due
inner join ops.feed as feed on due.feed = feed.feed;

reset role;
