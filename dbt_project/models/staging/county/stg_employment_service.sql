{{ accepted_rows('employment_service') }}
