{{ latest_events('job_postings', 'updated_at') }}
