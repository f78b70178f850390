select unnest(marks) from vault.erasure
