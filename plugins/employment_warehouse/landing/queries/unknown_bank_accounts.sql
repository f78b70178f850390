select key
from unnest(%(keys)s::text []) as key
where (select a.account_key from vault.bank_account as a where a.account_key = key::uuid) is null
