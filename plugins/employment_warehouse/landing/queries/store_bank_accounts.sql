insert into vault.bank_account (account_key, key_version, sealed)
select new.account_key, %(key_version)s, new.sealed
from unnest(%(keys)b::uuid [], %(sealed)b::bytea []) as new (account_key, sealed)
order by new.account_key
on conflict (account_key) do nothing
