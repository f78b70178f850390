select pg_advisory_xact_lock(
    hashtextextended(concat_ws('|', %(feed)s::text, %(unit)s::text, %(report_date)s::text, %(part)s::text), 0)
)
