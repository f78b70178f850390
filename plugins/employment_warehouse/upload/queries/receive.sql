select ops.receive_upload(
    %(feed)s, %(report_date)s, %(part)s, %(extension)s, %(is_check)s, %(file)s, %(file_bytes)s, %(sha256)s
)
