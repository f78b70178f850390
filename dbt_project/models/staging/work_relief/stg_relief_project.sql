{{ accepted_rows('relief_project') }}
