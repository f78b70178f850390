{{ accepted_rows('public_post_payment') }}
