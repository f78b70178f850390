-- They were moved away, or named as they should be.
update ops.alert set resolved_at = now() where kind = 'misplaced_files' and resolved_at is null
