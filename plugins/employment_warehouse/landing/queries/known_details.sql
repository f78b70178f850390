select string_agg(details, ''::bytea order by delivery_id, ctid)
from vault.known
where unit = %(unit)s and feed = %(register)s
