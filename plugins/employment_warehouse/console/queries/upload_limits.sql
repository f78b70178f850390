-- The largest file (MB), and how often the registers are due.
select
    ops.setting('upload_largest_megabytes', (now() at time zone 'Asia/Shanghai')::date)::integer as megabytes,
    ops.setting('campaign_frequency', (now() at time zone 'Asia/Shanghai')::date) as campaign
