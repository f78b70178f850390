-- Where the archive was not mounted, another data key was made in its place, in silence.
set role wh_owner;

create table vault.data_key (
    only_one boolean primary key default true check (only_one),
    sealed bytea not null,
    first_used_at timestamptz not null default now()
);
comment on table vault.data_key is
'只有本库的数据密钥才能解开的密文。 | What only the data key of this warehouse opens.';
grant select, insert (sealed) on vault.data_key to wh_loader;

reset role;
