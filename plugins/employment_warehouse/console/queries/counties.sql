select c.county_code from unnest(ops.counties_of(current_user)) as c (county_code)
