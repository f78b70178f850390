-- Whether a row of this correction names a file that a rollback has withdrawn.
select exists (
    select from ops.delivery as correction
    inner join ops.delivery as d on d.delivery_id = any(correction.corrects)
    where correction.delivery_id = %(delivery_id)s and d.status = 'withdrawn'
)
