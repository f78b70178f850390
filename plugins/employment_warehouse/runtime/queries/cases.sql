-- Cases that are open in the current publication, by kind and finding.
select
    coalesce(kinds.name_zh || ' ' || kinds.name_en, c.case_kind) as kind,
    coalesce(findings.name_zh, '') as finding,
    count(*) as cases,
    min(c.opened_on) as opened_on
from marts.finding_case as c
left join marts.dim_code as kinds on kinds.code_list = 'case_kind' and kinds.code = c.case_kind
left join marts.dim_code as findings on findings.code_list = 'finding' and findings.code = c.finding
where c.closed_on is null
group by c.case_kind, kinds.name_zh, kinds.name_en, c.finding, findings.name_zh
order by c.case_kind, c.finding
