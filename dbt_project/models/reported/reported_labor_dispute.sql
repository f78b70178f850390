{{ snapshot_runs('labor_dispute') }}
