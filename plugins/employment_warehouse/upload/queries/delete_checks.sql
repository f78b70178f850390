delete from ops.upload
where is_check and state = 'answered' and answered_at < now()
    - interval '1 day' * (select ops.setting('retention_checks_days', (now() at time zone 'Asia/Shanghai')::date))::integer
