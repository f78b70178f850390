{{ period_runs('relief_payroll') }}
