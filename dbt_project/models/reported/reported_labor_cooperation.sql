{{ snapshot_runs('labor_cooperation') }}
