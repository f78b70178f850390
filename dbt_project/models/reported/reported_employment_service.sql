-- The reports of a county that have a record form a run, as for a snapshot: a correction thus removes a record that it
-- no longer has, and the earlier report counts again. Absence from a later report means nothing (fct_service_event).
{{ snapshot_runs('employment_service') }}
