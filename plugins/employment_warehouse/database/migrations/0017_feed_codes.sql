-- The codes of each feed's columns with their Chinese labels, from its contract.
set role wh_owner;

alter table ops.feed add column codes jsonb not null default '{}';
comment on column ops.feed.codes is
'各列的代码及其中文名称：{列: {代码: 名称}}。 | Codes of its columns with their Chinese labels: {column: {code: label}}.';

reset role;
