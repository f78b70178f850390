select report_date from ops.publication where publication = ops.standing_publication()
