select
    a.act,
    a.acted_at,
    a.login,
    a.kind,
    a.subject,
    a.reason,
    a.build,
    a.delivery_id,
    a.about_login,
    count(*) over () as total
from ops.act as a
where
    (%(login)s::text is null or a.login = %(login)s or a.about_login = %(login)s)
    and (%(kind)s::text is null or a.kind = %(kind)s)
order by a.act desc
limit %(rows)s offset %(skipped)s
