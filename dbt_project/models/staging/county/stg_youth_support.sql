{{ accepted_rows('youth_support') }}
