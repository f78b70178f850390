update ops.alert
set
    sent_at = case when %(taken)s then now() end,
    send_error = case when not %(taken)s then '通道未接收 | the channel did not take it' end
where alert_id = any(%(alerts)s)
