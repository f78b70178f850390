{{ accepted_rows('gig_orders') }}
