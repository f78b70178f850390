insert into ops.arrival (path, file_bytes, modified_at, epoch, claimed_at)
values (%(path)s, %(file_bytes)s, %(modified_at)s, 1, now())
on conflict (path) do update
set
    file_bytes = excluded.file_bytes,
    modified_at = excluded.modified_at,
    epoch = arrival.epoch + 1,
    claimed_at = now(),
    ingested_at = null
where arrival.ingested_at is null
    or (arrival.file_bytes, arrival.modified_at) <> (excluded.file_bytes, excluded.modified_at)
returning epoch
