update ops.arrival set ingested_at = null where path = %(path)s
