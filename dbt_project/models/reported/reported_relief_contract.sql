{{ snapshot_runs('relief_contract') }}
