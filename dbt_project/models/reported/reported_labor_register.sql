{{ snapshot_runs('labor_register') }}
