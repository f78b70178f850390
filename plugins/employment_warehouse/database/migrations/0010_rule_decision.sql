-- Whether a rule of the findings may be applied: the operator's to decide, on the record.
set role wh_owner;

create table ops.rule_decision (
    finding text not null,
    valid_from date not null,
    enabled boolean not null,
    decided_by text not null check (length(btrim(decided_by)) >= 2),
    legal_basis text not null check (length(btrim(legal_basis)) >= 3),
    decided_at timestamptz not null default now(),
    primary key (finding, valid_from)
);
comment on table ops.rule_decision is
'Who switched a rule of the findings on or off, from which report date, on which legal basis. Stands above the seed finding_rule. | 疑点规则启用决定（决定人、依据、生效日期）。';

create function ops.decide_rule(wanted text, from_date date, is_enabled boolean, operator text, basis text)
returns void
language sql security definer set search_path = ''
as $$
    insert into ops.rule_decision as known (finding, valid_from, enabled, decided_by, legal_basis)
    values (wanted, from_date, is_enabled, operator, basis)
    on conflict (finding, valid_from) do update
    set enabled = excluded.enabled, decided_by = excluded.decided_by, legal_basis = excluded.legal_basis,
        decided_at = now()
$$;
comment on function ops.decide_rule(text, date, boolean, text, text) is
'Switches a rule of the findings on or off from a report date; refused without a name and a legal basis.';

grant execute on function ops.decide_rule(text, date, boolean, text, text) to wh_publisher;
grant select on ops.rule_decision to wh_transformer, wh_gate, wh_publisher, wh_auditor;

-- What the gates found of the publication that is shown. A view of the ledger, not a model of dbt: gate 2 writes its
-- results after dbt, and they belong to the same publication.
create view marts.data_quality with (security_barrier) as
select
    shown.report_date,
    places.county_code,
    checked.suite,
    checked.check_name as "check",
    checked.gate,
    checked.feed,
    checked.unit,
    checked.severity,
    checked.success,
    checked.observed,
    checked.expected,
    checked.unexpected_rows,
    checked.message_zh,
    checked.message_en,
    checked.waiver,
    checked.build as publication
from ops.visible_publication() as shown
inner join ops.check_result as checked on checked.build = shown.publication
cross join lateral (
    select case when checked.unit ~ '^5325\d{2}$' then checked.unit else '532500' end as county_code
) as places
where (select ops.counties_of(current_user)) is null
    or places.county_code = any((select ops.counties_of(current_user))::text []);
grant select on marts.data_quality to wh_reader;

comment on view marts.data_quality is
'What gates 1 and 2 checked for the publication that is shown, and what they found; one row a check and unit. | 门禁一、二对所示发布的检查结果：每项检查、每个报送单位一行。（通知七、保障措施）';
comment on column marts.data_quality.report_date is
'The night that the publication shown stands for. | 所示发布对应的报告日期。';
comment on column marts.data_quality.county_code is
'County that the check speaks of; 532500 for the prefecture, projects, batches and the platform. | 县（市）代码；全州、项目、批次及平台为 532500。';
comment on column marts.data_quality.suite is 'Suite of expectations. | 检查组。';
comment on column marts.data_quality."check" is 'What was checked. | 检查项。';
comment on column marts.data_quality.gate is '1 before, 2 after the warehouse was built. | 门禁：1 为入库前，2 为发布前。';
comment on column marts.data_quality.feed is 'Feed that was checked. | 报送表。';
comment on column marts.data_quality.unit is 'Unit whose delivery was checked. | 报送单位。';
comment on column marts.data_quality.severity is
'critical holds what fails, warning and info do not. | 严重程度：critical 未通过即扣留。';
comment on column marts.data_quality.success is 'Whether the check passed. | 是否通过。';
comment on column marts.data_quality.observed is 'What was found. | 实际值。';
comment on column marts.data_quality.expected is 'What was expected. | 期望值。';
comment on column marts.data_quality.unexpected_rows is 'Rows that broke the expectation. | 不符合的行数。';
comment on column marts.data_quality.message_zh is 'What the check says, in Chinese. | 检查说明（中文）。';
comment on column marts.data_quality.message_en is 'What the check says, in English. | 检查说明（英文）。';
comment on column marts.data_quality.waiver is
'Who let this failure pass, and why. | 豁免人与理由。';
comment on column marts.data_quality.publication is 'Publication that the check belongs to. | 发布编号。';

reset role;
