select delivery_id from ops.delivery where build = %(build)s and status = 'landed'
