-- The largest file (MB; NULL: any), the county of the login, all counties, and the first date that reports have.
select
    ops.setting('upload_largest_megabytes', (now() at time zone 'Asia/Shanghai')::date)::numeric,
    coalesce((ops.counties_of(session_user))[1], ''),
    ops.county_codes(),
    ops.first_report_date()
