update ops.upload
set state = %(state)s, answer = coalesce(answer, '{}') || %(answer)s, answered_at = clock_timestamp()
where upload = %(upload)s and state <> 'answered'
