update ops.arrival set taken_in_at = null where path = %(path)s
