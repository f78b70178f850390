select u.*, coalesce((u.answer ->> 'has_workbook')::boolean, false) as has_workbook
from ops.own_uploads() as u
where u.upload = %(number)s
