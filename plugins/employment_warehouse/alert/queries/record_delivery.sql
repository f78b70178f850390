insert into ops.alert_delivery (alert_id, channel, sent_at)
select alert_id, %(channel)s, case when %(is_delivered)s then clock_timestamp() end
from unnest(%(alerts)s::bigint []) as alert_id
on conflict (alert_id, channel) do update set tried_at = clock_timestamp(), sent_at = excluded.sent_at
