-- What became of a delivery, for every page that shows it. What removes a part was 已采用 for the operator and 已作废 for
-- the county that had sent the part.
set role wh_owner;

create function ops.outcome_of(kind text, status text) returns text
language sql immutable
return case when kind = 'withdrawn' and status <> 'held' then 'withdrawn' else status end;

comment on function ops.outcome_of(text, text) is
'报送的结果：使分册作废的那一份，除暂扣外均为作废；其余同状态。 | What became of a delivery: withdrawn, if it withdraws a part and is not held; otherwise its status.';

grant execute on function ops.outcome_of(text, text) to wh_county, wh_auditor, wh_operator;

reset role;
