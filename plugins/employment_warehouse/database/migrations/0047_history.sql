-- What the archive keeps of the vault's ledger, so that a rebuilt warehouse still knows whom it must not take in again.
set role wh_owner;

create function ops.vault_ledger() returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'token_key', (select encode(t.check_value, 'hex') from vault.token_key as t),
        'erasures', (select coalesce(jsonb_agg(to_jsonb(e) order by e.erasure), '[]') from vault.erasure as e)
    )
$$;
comment on function ops.vault_ledger() is
'密存区的登记：代号密钥的校验值和删除记录。 | The vault''s own ledger, for the archive: the check value of the token key, and the erasures with their marks. No identity in clear.';

revoke all on function ops.vault_ledger() from public;
grant execute on function ops.vault_ledger() to wh_publisher;
reset role;
