-- Whether these bytes are from this upload or an earlier one of the county.
select exists (
    select from ops.upload
    where county_code = %(county_code)s and upload <= %(upload)s and sha256 = %(sha256)s and not is_check
)
