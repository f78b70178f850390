-- An alert is sent when every channel has it.
update ops.alert as a
set
    sent_at = case when d.is_sent then now() end,
    send_error = case when not d.is_sent then '通道未接收 | not accepted by a channel' end
from (
    select alert_id, bool_and(sent_at is not null) as is_sent
    from ops.alert_delivery
    where channel = any(%(channels)s)
    group by alert_id
) as d
where a.alert_id = d.alert_id and a.sent_at is null
