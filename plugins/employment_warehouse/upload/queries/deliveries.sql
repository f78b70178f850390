select feed, delivery_id, status, reason, understood, extra_columns, rows_read, rows_landed, rows_rejected
from ops.delivery
where delivery_id = any(%(numbers)s)
order by feed
