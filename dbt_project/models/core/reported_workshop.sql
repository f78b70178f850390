{{ snapshot_runs('workshop') }}
