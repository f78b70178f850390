{{ accepted_rows('public_post') }}
