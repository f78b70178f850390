-- What is held, refused or read in part stays so until something replaces it, whichever build found it. Alerts, console
-- and reports asked for the deliveries of one build, and a date has three.
set role wh_owner;

create view ops.current_delivery as
select
    d.delivery_id, d.feed, d.unit, d.report_date, d.part, d.revision, d.kind, d.arrived_at, d.landed_at, d.rows_read,
    d.rows_landed, d.rows_rejected, d.status, d.reason, d.understood, d.build, night.report_date as night_on
from ops.delivery as d
inner join ops.feed as feed on d.feed = feed.feed
left join ops.build as night on d.build = night.build
where d.status <> 'withdrawn'
    -- A file that cannot be read replaces only another such.
    and not exists (
        select from ops.delivery as later
        where (later.feed, later.unit, later.report_date, later.part) = (d.feed, d.unit, d.report_date, d.part)
            and later.revision > d.revision and later.status <> 'withdrawn'
            and (later.status <> 'refused' or d.status = 'refused')
    )
    and not (
        feed.kind = 'snapshot' and exists (
            select from ops.delivery as later
            where later.feed = d.feed and later.unit = d.unit and later.report_date > d.report_date
                and later.status = 'accepted'
        )
    );

comment on view ops.current_delivery is
'未被后来报送取代的报送：没有更新的修订，全量快照也没有日期更晚且已采用的。 | Deliveries that nothing later has replaced: neither a revision of the part nor, of a snapshot, an accepted submission of a later date.';
comment on column ops.current_delivery.night_on is
'作出决定的那一晚的报表日期；无法读取的没有。 | The report date of the night that accepted or held it; of a refused file none.';

grant select on ops.current_delivery to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_operator;
-- The daily report names what is to be released.
grant select (delivery_id, feed, unit, status) on ops.current_delivery to wh_reporter;

comment on column ops.alert.resolved_at is
'问题已不存在的时间。 | When a build of the date, or of a later one, no longer found the cause; it is then not sent any more.';

reset role;
