-- Hold what a unit has sent tonight, of some feeds or (none named) of all, but nothing that is released. `held`:
-- deliveries that this gate has held for the same rows; they are found once more, and keep their reason.
update ops.delivery as d
set status = 'held', held_by = 'gate_2', reason = case when d.status = 'held' then d.reason else %(reason)s end
where d.build = %(build)s and d.unit = %(unit)s
    and (d.status = 'accepted' or d.delivery_id = any(%(held)s::bigint []))
    and d.delivery_id <> all(%(released)s::bigint [])
    and (%(feeds)s::text [] = '{}' or d.feed = any(%(feeds)s))
returning d.delivery_id, d.feed
