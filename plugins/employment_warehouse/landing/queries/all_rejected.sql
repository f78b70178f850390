select number, unit, report_date, sheet, line, column_name, sealed from vault.rejected_rows()
