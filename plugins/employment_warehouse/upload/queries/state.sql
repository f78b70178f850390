select state from ops.upload where upload = %(upload)s
