-- What gate 2 has to know of a model is declared beside it.
set role wh_owner;

alter table ops.versioned add column may_be_empty boolean not null default false;
comment on column ops.versioned.may_be_empty is
'上次发布时有数据的，今晚是否可以为空（如已全部更正或付清的清单）。 | Whether it may have no rows tonight though it had some at the last publication: a list of what may all have been put right, or paid.';

-- Inlined by the planner, as ops.arrears.
create function ops.plain_text(written text) returns text
language sql immutable parallel safe
return regexp_replace(normalize(written, nfkc), '[[:space:]]', '', 'g');
comment on function ops.plain_text(text) is
'与词表比较时的文字：不分全角半角，不计空白。 | A text as it is compared with a list of ours: without differences of width, and without blanks.';
grant execute on function ops.plain_text(text) to wh_transformer, wh_gate;

reset role;
