select unnest(e.marks)
from vault.erasure as e
where
    e.done_at is not null
    or e.asked_at <= (select d.landed_at from ops.delivery as d where d.delivery_id = %(delivery_id)s)
