{{ accepted_rows('employment') }}
