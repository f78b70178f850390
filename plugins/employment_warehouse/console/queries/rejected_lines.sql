select r.sheet, r.line, r.column_name, r.reason, r.corrected_by from ops.rejected_lines(%(delivery)s) as r limit 500
