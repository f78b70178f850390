delete from ops.upload where is_check and state = 'answered' and answered_at < now() - interval '1 day'
