{{ accepted_rows('labor_register') }}
