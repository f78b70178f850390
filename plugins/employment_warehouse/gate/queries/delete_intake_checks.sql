delete from ops.check_result where build = %(build)s and suite = 'intake'
