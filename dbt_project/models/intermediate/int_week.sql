{{ period_grid('week') }}
