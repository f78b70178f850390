select from ops.arrival where path = %(path)s and epoch = %(epoch)s
