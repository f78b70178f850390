-- Comments in the words of docs/glossary.md: 经办人 is a case worker alone, 核查线索 a finding, 报表 a feed, 报表日期 the report
-- date; and what a public table hides is what the setting suppression_min says.
set role wh_owner;

comment on function ops.record_act(text, text, text, integer, bigint, text) is
'登记一项操作，操作人取自登录名。 | Records an act of the session''s login; refused where its words quote a number of a person. The number of the act.';
comment on function ops.receive_upload(text, date, text, text, boolean, uuid, bigint, bytea) is
'登记本县市上传的文件，上传人取自登录名。 | Records a file of the county of the session''s login, within the limits of a day; the number of the upload.';
comment on function ops.decide_rule(text, date, boolean, text) is
'启用或停用一条核查线索规则。 | Switches a rule of the findings on or off from a report date, under the name of the session''s login; refused without a legal basis.';
comment on table ops.rule_decision is
'核查线索规则的启用决定（决定人、依据、生效日期）。 | Who switched a rule of the findings on or off, from which report date, on which legal basis. Takes precedence over the seed finding_rule.';
comment on function ops.hidden_cells(jsonb, integer) is
'公开表中不予显示的单元格：小于 fewest 的（0 除外），以及能据以推出它们的。 | The cells of a public table that stay hidden: counts of 1 to fewest − 1, and what would give them away through a sum or through a whole and its parts. cells: [{indicator, county_code, value, part_of, complement}, …].';
comment on column marts.data_quality.report_date is
'所示发布对应的报表日期。 | The night that the publication shown stands for.';
comment on column marts.data_quality.feed is
'报表。 | Feed that was checked.';
comment on column ops.versioned.feed is
'模型为某报表的上报区间时，该报表。 | The feed whose history the model is; NULL: of none.';
comment on table ops.feed is
'各报表的属性，由数据契约生成。 | Properties of each feed, generated from its contract.';

reset role;
