-- The largest file (MB; NULL: any), for how many days checks are kept (NULL: for ever), how often registers are due.
select
    ops.setting('upload_largest_megabytes', (now() at time zone 'Asia/Shanghai')::date)::numeric as megabytes,
    ops.setting('retention_checks_days', (now() at time zone 'Asia/Shanghai')::date)::integer as checks_days,
    ops.setting('campaign_frequency', (now() at time zone 'Asia/Shanghai')::date) as campaign
