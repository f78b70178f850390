-- What the contracts declare of each feed: `migrate` fills it from expectations/feeds/.
set role wh_owner;

create table ops.feed (
    feed text primary key,
    title_zh text not null,
    title_en text not null,
    owner text not null,
    source text not null,
    kind text not null,
    unit text not null,
    unit_column text,
    key_columns text [] not null,
    person_column text,
    money_columns text [] not null,
    date_columns text [] not null,
    amount_due_column text,
    amount_paid_column text,
    freshness_column text,
    due_frequency text,
    due_time time,
    due_weekday smallint,
    due_day smallint,
    due_working_days smallint,
    platform_path text,
    platform_id_field text,
    platform_updated_field text,
    platform_page_items integer
);
comment on table ops.feed is
'各报送表的属性，由数据契约生成。 | Properties of each feed, generated from its contract.';
grant select on ops.feed to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor;

reset role;
