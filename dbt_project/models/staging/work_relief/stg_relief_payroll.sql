{{ accepted_rows('relief_payroll') }}
