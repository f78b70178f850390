{{ accepted_rows('labor_cooperation') }}
