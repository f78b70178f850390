{{ snapshot_runs('relief_project') }}
