-- The reports of a county in which an event stands are a run, as of a snapshot: so a correction takes out what it no
-- longer has, and the report before counts again. Absence from a later report means nothing (fct_job_event).
{{ snapshot_runs('job_event') }}
