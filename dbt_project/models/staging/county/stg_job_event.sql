{{ accepted_rows('job_event') }}
