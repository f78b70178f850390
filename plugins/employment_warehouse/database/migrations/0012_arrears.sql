-- Definitions that models, readers' views and queries share.
set role wh_owner;

-- Inlined by the planner: a query over many rows pays nothing for it.
create function ops.arrears(amount_due numeric, amount_paid numeric, pay_due_on date, on_date date) returns numeric
language sql immutable parallel safe
return case when pay_due_on < on_date then greatest(amount_due - amount_paid, 0) else 0 end;
comment on function ops.arrears(numeric, numeric, date, date) is
'某日的欠发金额：约定发薪日已过，应发减实发。 | Wages owed on a date: due less paid, once the agreed pay date has passed; 0 before it, and where no pay date is known.';
grant execute on function ops.arrears(numeric, numeric, date, date) to wh_transformer, wh_gate, wh_reader;

reset role;
