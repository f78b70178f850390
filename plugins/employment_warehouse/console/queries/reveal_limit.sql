select ops.setting('reveal_daily_limit', (now() at time zone 'Asia/Shanghai')::date)::integer as most
