insert into vault.known (feed, unit, delivery_id, digests, details)
values (%(feed)s, %(unit)s, %(delivery_id)s, %(digests)s, %(details)s)
