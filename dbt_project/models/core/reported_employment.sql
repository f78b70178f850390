{{ snapshot_runs('employment') }}
