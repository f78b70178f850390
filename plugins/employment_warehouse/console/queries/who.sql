select not r.rolsuper and r.rolname !~ '^(wh|pg)_' and r.rolname <> 'airflow' as is_person
from pg_roles as r
where r.rolname = session_user
