-- Which token key the warehouse's tokens were made with: another one would take everyone for a stranger, without a word.
set role wh_owner;

create table vault.token_key (
    only_one boolean primary key default true check (only_one),
    check_value bytea not null check (octet_length(check_value) = 16),
    first_used_at timestamptz not null default now()
);
comment on table vault.token_key is
'What tells the token key of this warehouse from any other, and nothing of the key itself. | 代号密钥的校验值（不含密钥本身）。';
grant select, insert (check_value) on vault.token_key to wh_loader;

reset role;
