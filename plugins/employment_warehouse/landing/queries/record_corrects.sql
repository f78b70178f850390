-- The deliveries whose rows the rows of a correction name; NULL among them: of a row that names none.
update ops.delivery as correction
set corrects = coalesce(
    nullif(
        array(
            select distinct d.delivery_id
            from {landing} as landed
            left join ops.delivery as d
                on d.feed = correction.feed and d.unit = correction.unit and d.report_date = correction.report_date
                    and d.kind = 'file' and vault.is_source_of(landed.extra ->> %(file_header)s, d.path, d.revision)
            where landed.delivery_id = correction.delivery_id
        ),
        array[]::bigint []
    ),
    array[null]::bigint []
)
where correction.delivery_id = %(delivery_id)s
