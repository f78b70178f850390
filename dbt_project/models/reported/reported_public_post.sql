{{ snapshot_runs('public_post') }}
