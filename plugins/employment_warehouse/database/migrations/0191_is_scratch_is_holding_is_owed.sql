-- What several queries ask is said once; without a search path of their own, so that a query takes them in.
set role wh_owner;

create function ops.is_scratch(run_id text) returns boolean
language sql immutable
return run_id = 'scratch';
comment on function ops.is_scratch(text) is
'是否试算，而不是某晚的汇总。 | Whether a build, by its run_id, is an engineer''s scratch build, and none of a night.';
revoke all on function ops.is_scratch(text) from public;
grant execute on function ops.is_scratch(text) to wh_publisher, wh_auditor, wh_operator;

create function ops.is_holding(
    gate integer, severity text, success boolean, waiver text, delivery_id bigint
) returns boolean
language sql immutable
return not success and severity = 'critical' and waiver is null and (gate = 1 or delivery_id is null);
comment on function ops.is_holding(integer, text, boolean, text, bigint) is
'某项检查的结果是否使汇总（入库前检查：某份报送）暂扣。 | Whether what a check found holds the night, or at gate 1 a delivery: not where it is waived, nor where gate 2 held a delivery for it, without which the night was built again.';
revoke all on function ops.is_holding(integer, text, boolean, text, bigint) from public;
grant execute on function ops.is_holding(integer, text, boolean, text, bigint)
to wh_publisher, wh_operator, wh_reader;

create function ops.is_owed(finding text) returns boolean
language sql immutable
return finding in ('unpaid', 'underpaid');
comment on function ops.is_owed(text) is
'该项线索的金额是否为欠发。 | Whether the amount of a finding is what is owed: findings overlap, and only these amounts are added up.';
revoke all on function ops.is_owed(text) from public;
grant execute on function ops.is_owed(text) to wh_transformer, wh_reader;

reset role;
