-- The submissions of files that were in use when a night recorded them: a removed one stays on record until its part is
-- withdrawn. Of a file that was to be ingested the revision in force is older, or newer than the record. And those of
-- files that could not be read, for which the rest of their submission is held.
select distinct p.path, p.feed, p.unit, p.report_date
from ops.intake_failure as f
inner join ops.part_in_force as p on f.feed = p.feed and f.unit = p.unit and f.path = p.path
inner join ops.delivery as d on p.delivery_id = d.delivery_id
where d.landed_at <= f.recorded_at
union
select r.path, r.feed, r.unit, r.report_date
from ops.refused_part as r
inner join ops.delivery as held on r.feed = held.feed and r.unit = held.unit and r.report_date = held.report_date
where held.status = 'held'
