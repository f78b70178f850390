select report_date from ops.build where build = %(build)s
