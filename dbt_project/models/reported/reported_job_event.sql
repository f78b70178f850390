-- The submissions of a county that have an event form a run, as for a snapshot: a correction thus removes an event that it
-- no longer has, and the earlier one counts again. Absence from a later one means nothing (fct_job_event).
{{ snapshot_runs('job_event') }}
