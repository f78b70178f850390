"""Bytes → a table of texts: encoding, dialect, header, tokenizer, workbooks. What cannot be read for certain is refused
with a reason, and a broken row is reported with its line.
"""

from employment_warehouse.reading.all_bytes import contents
from employment_warehouse.reading.header_names import column_called, match_header
from employment_warehouse.reading.read import read_tables, sheet_names, write_table_as_read
from employment_warehouse.reading.table import NUMERIC_CELL, BrokenRow, Refused, TextTable
from employment_warehouse.reading.workbook_process import ReaderKilled

__all__ = [
    "NUMERIC_CELL",
    "BrokenRow",
    "ReaderKilled",
    "Refused",
    "TextTable",
    "column_called",
    "contents",
    "match_header",
    "read_tables",
    "sheet_names",
    "write_table_as_read",
]
