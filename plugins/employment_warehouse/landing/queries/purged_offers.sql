-- Deliveries that are offered to a build again, after a rollback, and whose rows a purge had deleted.
select delivery_id from ops.delivery
where build = %(build)s and status = 'landed' and purged_at is not null
order by delivery_id
