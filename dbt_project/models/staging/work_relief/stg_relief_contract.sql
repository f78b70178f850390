{{ accepted_rows('relief_contract') }}
