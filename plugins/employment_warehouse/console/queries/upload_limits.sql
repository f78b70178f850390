-- The largest file (MB; NULL: any), and how often the registers are due.
select
    ops.setting('upload_largest_megabytes', (now() at time zone 'Asia/Shanghai')::date)::numeric as megabytes,
    ops.setting('campaign_frequency', (now() at time zone 'Asia/Shanghai')::date) as campaign
