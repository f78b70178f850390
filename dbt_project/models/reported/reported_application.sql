{{ latest_events('applications', 'updated_at') }}
