{{ accepted_rows('resettlement_site') }}
