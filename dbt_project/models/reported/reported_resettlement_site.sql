{{ snapshot_runs('resettlement_site') }}
