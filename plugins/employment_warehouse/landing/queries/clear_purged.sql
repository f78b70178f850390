update ops.delivery set purged_at = null where delivery_id = %(delivery_id)s
