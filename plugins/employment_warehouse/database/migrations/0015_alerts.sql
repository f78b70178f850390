-- Alerts: one for each report date, kind and unit, however many builds a date has; sent to each channel once.
set role wh_owner;

alter table ops.alert drop constraint alert_build_kind_unit_key;
alter table ops.alert add constraint one_alert unique nulls not distinct (report_date, kind, unit);
alter table ops.alert add column resolved_at timestamptz;
comment on column ops.alert.resolved_at is
'问题已不存在的时间。 | When a later build of the date no longer had the problem; it is then not sent any more.';

create table ops.alert_delivery (
    alert_id bigint not null references ops.alert (alert_id),
    channel text not null,
    tried_at timestamptz not null default now(),
    sent_at timestamptz,
    primary key (alert_id, channel)
);
comment on table ops.alert_delivery is
'各通道的发送记录。 | What was sent to which channel (its kind and a hash of its address), and when; sent_at is NULL where the channel did not accept it.';

grant select on ops.alert_delivery to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor;
grant insert, update on ops.alert_delivery to wh_publisher;

reset role;
