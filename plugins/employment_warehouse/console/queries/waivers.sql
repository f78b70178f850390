-- Waivers of checks that are in force or begin later; those of deliveries and cases are shown with them.
select w.check_name, w.unit, w.valid_from, w.valid_to, w.granted_by, w.reason
from ops.waiver as w
where
    w.valid_to >= coalesce((select max(b.report_date) from ops.build as b), '-infinity')
    and not starts_with(w.check_name, 'delivery:')
    and not starts_with(w.check_name, 'case:')
order by w.valid_to, w.check_name, w.unit
