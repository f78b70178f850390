-- Mark the rejected rows of a submission whose file and line a landed row of this correction names.
update vault.rejected_row as rejected
set corrected_by = %(delivery_id)s
from ops.delivery as d
where rejected.delivery_id = d.delivery_id
    and d.feed = %(feed)s and d.unit = %(unit)s and d.report_date = %(report_date)s
    and rejected.corrected_by is null
    and (vault.source_of(d.path, rejected.sheet, d.revision), rejected.line::text) in (
        select landed.extra ->> %(file_header)s, landed.extra ->> %(line_header)s
        from {landing} as landed
        where landed.delivery_id = %(delivery_id)s
    )
