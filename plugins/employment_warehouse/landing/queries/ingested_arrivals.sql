select path, file_bytes, modified_at
from ops.arrival
where path = any(%(paths)s) and ingested_at is not null
