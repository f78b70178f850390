{{ period_grid('month') }}
