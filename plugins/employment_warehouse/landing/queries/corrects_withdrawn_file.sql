-- Whether a row of this correction names a file that a rollback has withdrawn.
select exists (
    select from ops.delivery as d
    cross join lateral landing.corrected_files(%(delivery_id)s) as file
    where d.feed = %(feed)s and d.unit = %(unit)s and d.report_date = %(report_date)s
        and d.kind = 'file' and d.status = 'withdrawn' and vault.is_source_of(file, d.path, d.revision)
)
