-- Whether a row of this correction names a file, or none, of which a newer revision arrived after the correction did: as a
-- file that is ingested later withdraws such a correction.
select exists (
    select from ops.delivery as newer
    cross join lateral landing.corrected_files(%(delivery_id)s) as file
    where newer.feed = %(feed)s and newer.unit = %(unit)s and newer.report_date = %(report_date)s
        and newer.kind in ('file', 'nil') and newer.status not in ('refused', 'withdrawn')
        and newer.revision > 1 and newer.arrived_at > %(arrived_at)s
        and (file is null or exists (
            select from ops.delivery as older
            where (older.feed, older.unit, older.report_date, older.part)
                = (newer.feed, newer.unit, newer.report_date, newer.part)
                and older.revision < newer.revision and older.kind = 'file'
                and vault.is_source_of(file, older.path, older.revision)
        ))
)
