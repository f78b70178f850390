insert into vault.known (feed, unit, delivery_id, digests)
values (%(feed)s, %(unit)s, %(delivery_id)s, %(hashes)s)
