select v.publication, v.report_date from ops.visible_publication() as v
