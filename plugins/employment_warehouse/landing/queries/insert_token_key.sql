insert into vault.token_key (check_value) values (%(check_value)s) on conflict do nothing
