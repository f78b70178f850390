{{ accepted_rows('workshop') }}
