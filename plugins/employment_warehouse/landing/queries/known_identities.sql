select string_agg(digests, ''::bytea)
from vault.known
where unit = %(unit)s and feed in (%(feed)s, %(register)s)
