{{ period_feeds('week') }}
