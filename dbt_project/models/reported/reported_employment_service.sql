-- The submissions of a county that have a record form a run, as for a snapshot: a correction thus removes a record that it
-- no longer has, and the earlier one counts again. Absence from a later one means nothing (fct_service_event).
{{ snapshot_runs('employment_service') }}
