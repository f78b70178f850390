{{ period_runs('public_post_payment') }}
