select sheet, line from vault.rejected_row where delivery_id = %(delivery_id)s and reason = 'duplicate_key'
