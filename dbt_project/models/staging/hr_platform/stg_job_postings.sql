{{ accepted_rows('job_postings') }}
