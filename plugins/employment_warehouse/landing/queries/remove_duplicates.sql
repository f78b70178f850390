select sheet, line
from landing.remove_duplicates(%(feed)s, %(delivery_id)s, %(key)s::text [], %(sheets)s::text [])
