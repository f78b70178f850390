{{ snapshot_runs('bank_return') }}
