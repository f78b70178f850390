select ops.first_scheduled_date() as first_scheduled
