-- What is due on a night, and what counts as missing: alerts, console and marts read the same definition.
set role wh_owner;

create view ops.due_of_night as
select
    night.build,
    due.feed,
    due.unit,
    due.report_date,
    due.due_at,
    due.due_on,
    due.first_date,
    due.last_date,
    case
        when found.is_in_use then 'arrived'
        when found.is_intake_failure then 'intake_failed'
        when found.has_arrived then 'arrived'
        else 'missing'
    end as status
from ops.build as night
inner join (
    select
        due.*,
        feed.kind,
        (due.due_at at time zone 'Asia/Shanghai')::date as due_on,
        case
            when feed.kind = 'batch' then '-infinity'::date
            else coalesce(
                (
                    select max(earlier.report_date) + 1 from ops.due as earlier
                    where earlier.feed = due.feed and earlier.unit = due.unit and earlier.report_date < due.report_date
                ),
                date_trunc(case feed.kind when 'period' then 'month' else 'day' end, due.report_date::timestamp)::date
            )
        end as first_date,
        case feed.kind when 'batch' then 'infinity'::date else due.report_date end as last_date
    from ops.due as due
    inner join ops.feed as feed on due.feed = feed.feed
) as due
    on due.due_on = night.report_date
        or (
            due.kind = 'batch' and due.due_on < night.report_date
            and not exists (
                select from ops.delivery as earlier
                where earlier.feed = due.feed and earlier.unit = due.unit and earlier.status = 'accepted'
                    and earlier.build < night.build
            )
        )
cross join lateral (
    select
        coalesce(bool_or(delivery.status in ('accepted', 'held')), false) as is_in_use,
        count(*) > 0 as has_arrived,
        exists (
            select from ops.intake_failure as failure
            where failure.feed = due.feed and failure.unit in (due.unit, '*') and failure.night_on = night.report_date
        ) as is_intake_failure
    from ops.delivery as delivery
    where delivery.feed = due.feed and delivery.unit = due.unit and delivery.status <> 'withdrawn'
        and delivery.report_date between due.first_date and due.last_date
) as found;

comment on view ops.due_of_night is
'每次汇总当晚的应报，及是否未报。 | What is due on the night of each build, and whether it is missing: one row a build, feed, unit and report date. A bank''s return stays due until it is accepted.';
comment on column ops.due_of_night.first_date is
'可抵此次应报的最早报表日期：上一次应报的次日；按期报表自当月1日起；银行退回不限日期。 | The earliest report date that answers what is due: the day after the one due before, or else the date itself; of a period feed the first of its month; of a batch any date.';
comment on column ops.due_of_night.last_date is
'可抵此次应报的最晚报表日期。 | The latest report date that answers what is due.';
comment on column ops.due_of_night.status is
'已到、未报，或系统入库失败（不算未报）。 | arrived: something came, even if it was refused; intake_failed: the warehouse found a file and failed to ingest it, and nothing else is in use; missing: nothing came.';

grant select on ops.due_of_night to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_operator;

reset role;
