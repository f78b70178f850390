-- The reports of a county in which a record stands are a run, as of a snapshot: so a correction takes out what it no
-- longer has, and the report before counts again. Absence from a later report means nothing (fct_service_event).
{{ snapshot_runs('employment_service') }}
