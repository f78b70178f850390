select min(applied_at) from ops.migration
