update ops.delivery
set
    rows_read = %(rows_read)s, rows_landed = %(rows_landed)s, rows_rejected = %(rows_rejected)s,
    extra_columns = %(extra_columns)s, understood = %(understood)s
where delivery_id = %(delivery_id)s
