update ops.alert
set
    sent_at = case when %(is_delivered)s then now() end,
    send_error = case when not %(is_delivered)s then '通道未接收 | not accepted by the channel' end
where alert_id = any(%(alerts)s)
