-- A publication is recorded after its build, maybe a night later: the record has what was known to be due by then, and
-- no batch or cause that was added since.
set role wh_owner;

alter table ops.due add column recorded_at timestamptz, add column caused_at timestamptz [];
-- Rows of before were there always.
alter table ops.due alter column recorded_at set default now();
update ops.due set caused_at = array_fill('-infinity'::timestamptz, array[cardinality(causes)])
where causes is not null;

comment on column ops.due.recorded_at is
'列入时间；空：此列增设以前。 | When it was listed; NULL: before this was recorded.';
comment on column ops.due.caused_at is
'各报送记录列为原因的时间，与 causes 顺序相同。 | When each of the causes was added, in their order.';

grant update (caused_at) on ops.due to wh_loader;

-- The day before is one probe of the index: an aggregate over the view reads all earlier days of the unit.
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
                select earlier.report_date + 1 from standing as earlier
                where earlier.feed = due.feed and earlier.unit = due.unit and earlier.report_date < due.report_date
                order by earlier.report_date desc
                limit 1
            ),
            due.report_date
        )
    end as first_date,
    case due.kind when 'batch' then 'infinity'::date else due.report_date end as last_date
from standing as due;

reset role;
