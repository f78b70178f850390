-- The reports of a county that have an event form a run, as for a snapshot: a correction thus removes an event that it
-- no longer has, and the earlier report counts again. Absence from a later report means nothing (fct_job_event).
{{ snapshot_runs('job_event') }}
