update ops.delivery
set status = 'accepted', reason = null, held_by = null
where build = %(build)s and status = 'landed' and held_by = 'trial'
