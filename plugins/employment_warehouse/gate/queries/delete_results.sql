-- The results of an earlier run. What gate 2 held deliveries for stays once its certificate was voided for a rebuild.
delete from ops.check_result as c
where c.build = %(build)s and c.gate = %(gate)s
    and (
        c.gate = 1 or c.delivery_id is null
        or exists (select from ops.certificate as paper where paper.build = c.build)
    )
