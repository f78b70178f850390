-- Whether a row of this correction names a file, or none, of which a newer revision arrived after the correction did: as a
-- file that is ingested later withdraws such a correction.
select exists (
    select from ops.delivery as correction
    cross join lateral unnest(correction.corrects) as corrected (delivery_id)
    left join ops.delivery as older on corrected.delivery_id = older.delivery_id
    inner join ops.delivery as newer
        on newer.feed = correction.feed and newer.unit = correction.unit and newer.report_date = correction.report_date
            and newer.kind in ('file', 'nil') and newer.status not in ('refused', 'withdrawn')
            and newer.revision > 1 and newer.arrived_at > %(arrived_at)s
            and (corrected.delivery_id is null or newer.part = older.part and newer.revision > older.revision)
    where correction.delivery_id = %(delivery_id)s
)
