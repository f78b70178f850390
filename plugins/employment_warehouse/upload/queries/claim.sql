-- The next upload to read, counted as tried: what ends the process that reads it is tried three times. A county's are
-- read in their order; one that fails keeps no other county waiting.
update ops.upload
set attempts = attempts + 1
where upload = (
    select oldest.upload
    from (
        select distinct on (waiting.county_code) waiting.upload, waiting.attempts
        from ops.upload as waiting
        where waiting.state <> 'answered'
        order by waiting.county_code, waiting.upload
    ) as oldest
    order by oldest.attempts, oldest.upload
    limit 1
)
returning
    upload, county_code, received_at, feed, report_date, part, extension, is_check, file, file_bytes, sha256, state,
    attempts
