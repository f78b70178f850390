{{ snapshot_runs('youth_support', ['allowance_term']) }}
