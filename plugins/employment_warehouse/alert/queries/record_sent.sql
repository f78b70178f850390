-- An alert is sent when every channel has it as it was raised last. One that a session is changing (vault.reveal above
-- the limit) is recorded by the next call: nobody's open transaction is waited for.
update ops.alert as a
set
    sent_at = case when d.is_sent then now() end,
    send_error = case when not d.is_sent then '通道未接收 | not accepted by a channel' end
from (
    select sending.alert_id, bool_and(sending.sent_at is not null and sending.sent_at >= raised.raised_at) as is_sent
    from ops.alert_delivery as sending
    inner join ops.alert as raised on sending.alert_id = raised.alert_id
    where sending.channel = any(%(channels)s)
    group by sending.alert_id
) as d
where a.alert_id = d.alert_id
    and a.alert_id in (select u.alert_id from ops.alert as u where u.sent_at is null for no key update skip locked)
