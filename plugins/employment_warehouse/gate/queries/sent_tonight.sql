select distinct unit, feed from ops.delivery where build = %(build)s and status = 'accepted' order by unit, feed
