update ops.delivery
set status = 'accepted', reason = null
where build = %(build)s and status = 'landed' and reason = %(reason)s
