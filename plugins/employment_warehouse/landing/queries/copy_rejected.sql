copy vault.rejected_row (delivery_id, sheet, line, column_name, reason, key_version, sealed) from stdin
