-- Identities. Ciphertexts only; the key never enters the database.
set role wh_owner;

create table vault.person (
    person_key uuid primary key,
    key_version smallint not null,
    county_code text,
    sealed bytea not null
);
create table vault.bank_account (
    account_key uuid primary key,
    key_version smallint not null,
    sealed bytea not null
);
create table vault.rejected_row (
    delivery_id bigint not null references ops.delivery (delivery_id),
    sheet text not null default '',
    line integer not null,
    column_name text not null,
    reason text not null,
    key_version smallint not null default 1,
    sealed bytea not null,
    corrected_by bigint references ops.delivery (delivery_id)
);
comment on table vault.rejected_row is
'退回行。 | Rows that broke the contract: where and why in clear, the row as it was sent sealed. One row a broken cell; the first is the reason counted.';
create index rejected_row_by_delivery on vault.rejected_row (delivery_id);

create table vault.reveal_log (
    revealed_at timestamptz not null default now(),
    login text not null,
    person_key uuid not null,
    purpose text not null check (length(btrim(purpose)) >= 3)
);

-- One value a batch: asking every night for the keys of a county took an index over all people, which was half the work
-- of a first night.
create table vault.known (
    feed text not null,
    unit text not null,
    delivery_id bigint not null references ops.delivery (delivery_id),
    digests bytea not null check (octet_length(digests) % 8 = 0)
);
comment on table vault.known is
'各单位报送中已封存者的键的前八字节。 | The first eight bytes of the keys of people and accounts whom deliveries of a unit have named and whom the vault has.';
alter table vault.known alter column digests set storage external;
create index known_by_unit on vault.known (unit, feed);

-- Another token key would take everyone for a stranger, in silence.
create table vault.token_key (
    only_one boolean primary key default true check (only_one),
    check_value bytea not null check (octet_length(check_value) = 16),
    first_used_at timestamptz not null default now()
);
comment on table vault.token_key is
'代号密钥的校验值（不含密钥本身）。 | What identifies the token key of this warehouse, and nothing of the key itself.';

-- A correction's own rows differ from those of a county's file of the same name.
create function vault.source_of(path text, sheet text, revision integer) returns text
language sql stable set search_path = pg_catalog, pg_temp
as $$
    select regexp_replace(coalesce(path, ''), '^(corrections/)?.*/', '\1')
        || case when sheet <> '' then format('（%s）', sheet) else '' end
        || case when revision > 1 then format('（第%s版）', revision) else '' end
$$;
comment on function vault.source_of(text, text, integer) is
'退回行所在的文件。 | The file of a rejected row, as a return workbook names it and a correction repeats it.';
grant execute on function vault.source_of(text, text, integer) to wh_loader, wh_returner;

reset role;
