-- The next upload to read, counted as tried: what ends the process that reads it is tried three times.
update ops.upload
set attempts = attempts + 1
where upload = (select min(waiting.upload) from ops.upload as waiting where waiting.state <> 'answered')
returning
    upload, county_code, received_at, feed, report_date, part, extension, is_check, file, file_bytes, sha256, state,
    attempts
