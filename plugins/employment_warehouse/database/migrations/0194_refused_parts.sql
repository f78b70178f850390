-- A submission of which a part could not be read was accepted without that part, and all that was in it counted as
-- gone: neither gate 1 nor the scan of the landing zone for removed parts knew of such a part.
set role wh_owner;

create view ops.refused_part as
select d.feed, d.unit, d.report_date, d.part, d.path
from ops.delivery as d
where d.status = 'refused' and d.kind in ('file', 'nil')
    and not exists (
        select from ops.delivery as later
        where (later.feed, later.unit, later.report_date, later.part) = (d.feed, d.unit, d.report_date, d.part)
            and later.revision > d.revision
    )
    and not exists (
        select from ops.part_in_force as p
        where (p.feed, p.unit, p.report_date, p.part) = (d.feed, d.unit, d.report_date, d.part)
            and p.kind <> 'withdrawn'
    );

comment on view ops.refused_part is
'无法读取、也没有可用的较早修订的分册：其内容在报送中缺失；更正工作簿不是分册。 | Parts whose newest revision was refused and of which none before is in force, so that the submission lacks what is in them; no return workbooks.';

grant select on ops.refused_part to wh_loader, wh_gate;

reset role;
