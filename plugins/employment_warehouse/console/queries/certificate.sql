-- What gate 2 certified of a publication, and what it accepted.
select
    c.issued_at,
    c.checks_expected,
    c.checks_run,
    c.critical_failed,
    (select count(*) from ops.delivery as d where d.build = %(publication)s and d.status = 'accepted') as deliveries
from ops.certificate as c
where c.build = %(publication)s
