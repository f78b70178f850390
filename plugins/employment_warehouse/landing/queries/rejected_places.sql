select distinct sheet, line from vault.rejected_row where delivery_id = any(%(deliveries)s)
