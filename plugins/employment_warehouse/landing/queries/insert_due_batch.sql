-- The causes are those that are new.
insert into ops.due as known (feed, unit, report_date, due_at, causes, caused_at)
values (
    %(feed)s, %(unit)s, %(report_date)s, %(due_at)s,
    %(causes)s, array_fill(now(), array[cardinality(%(causes)s::bigint [])])
)
on conflict (feed, unit, report_date)
do update set causes = known.causes || excluded.causes, caused_at = known.caused_at || excluded.caused_at
