{{ period_feeds('month') }}
