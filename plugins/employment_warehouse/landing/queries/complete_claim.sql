update ops.arrival set ingested_at = now(), delivery_id = coalesce(%(delivery_id)s, delivery_id)
where path = %(path)s and epoch = %(epoch)s
