select unnest(ops.county_codes())
