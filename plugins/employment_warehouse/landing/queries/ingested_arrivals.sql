select path, file_bytes, modified_at
from ops.arrival
where path = any(%(paths)s) and taken_in_at is not null
