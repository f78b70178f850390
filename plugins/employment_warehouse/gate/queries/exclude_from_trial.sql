-- Status `landed`: models do not read it, and a build that ends here offers it to the next one.
update ops.delivery
set status = 'landed', reason = %(reason)s, held_by = 'trial'
where build = %(build)s and status = 'accepted'
    and (unit, feed) in (select * from unnest(%(units)s::text [], %(feeds)s::text []))
