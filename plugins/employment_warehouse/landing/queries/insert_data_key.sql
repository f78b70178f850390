insert into vault.data_key (sealed) values (%(sealed)s) on conflict do nothing
