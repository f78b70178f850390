{{ latest_events('gig_orders', 'updated_at') }}
