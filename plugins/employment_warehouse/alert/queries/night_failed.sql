select %(prefecture)s::text as unit
