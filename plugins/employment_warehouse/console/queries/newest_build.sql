-- The newest night; a scratch build is none.
select b.build, b.report_date, b.status, b.held_reason, b.started_at, b.sealed_at, p.published_at, p.release_reason
from ops.build as b
left join ops.publication as p on b.build = p.publication
where not ops.is_scratch(b.run_id)
order by b.build desc
limit 1
