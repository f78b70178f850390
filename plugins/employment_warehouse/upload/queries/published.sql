-- What is published of that date and later, and whether its month is closed.
select
    (
        select p.publication from ops.publication as p
        where p.publication = ops.standing_publication() and p.report_date >= %(report_date)s
    ) as publication,
    exists (select from ops.month_close as m where m.month = date_trunc('month', %(report_date)s::date)) as is_closed
