-- Which revision of a part counts is said once. After a rollback had given a correction back, its withdrawn withdrawal was
-- still taken for the latest revision, so that no later file or workbook replaced the correction.
set role wh_owner;

create view ops.part_in_force as
select d.feed, d.unit, d.report_date, d.part, d.revision, d.delivery_id, d.kind, d.path, d.sha256, d.status
from ops.delivery as d
where d.status not in ('refused', 'withdrawn') and not exists (
    select from ops.delivery as later
    where (later.feed, later.unit, later.report_date, later.part) = (d.feed, d.unit, d.report_date, d.part)
        and later.revision > d.revision and later.status not in ('refused', 'withdrawn')
);

comment on view ops.part_in_force is
'每个分册现行的修订：未能读取的、已撤销的不算；类别为作废的表示该分册不再计入。 | Of each part the latest revision that could be read and that no rollback has withdrawn; of kind withdrawn: the part no longer counts.';

grant select on ops.part_in_force to wh_loader;

reset role;
