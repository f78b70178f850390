select vault.ask_erasure(%(person)s, %(mark)s, %(sealed)s, %(version)s, %(reason)s)
