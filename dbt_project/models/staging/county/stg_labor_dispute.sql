{{ accepted_rows('labor_dispute') }}
