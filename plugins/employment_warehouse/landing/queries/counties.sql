select county_code from ops.county_codes() as county_code
