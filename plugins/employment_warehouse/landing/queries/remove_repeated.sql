select sheet, line
from landing.remove_repeated(
    %(feed)s, %(delivery_id)s, %(key)s::text [], %(sheets)s::text [], %(suspects)s::integer []
)
