select value from seeds.setting
where name = 'campaign_frequency' and enabled and valid_from <= %(report_date)s
order by valid_from desc
limit 1
