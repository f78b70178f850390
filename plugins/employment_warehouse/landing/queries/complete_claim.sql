update ops.arrival set taken_in_at = now(), delivery_id = coalesce(%(delivery_id)s, delivery_id)
where path = %(path)s and epoch = %(epoch)s
