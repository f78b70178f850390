select ops.setting('campaign_frequency', %(report_date)s)
