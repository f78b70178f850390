"""Bytes → a table of texts: encoding, dialect, header, tokenizer, workbooks. What cannot be read for certain is refused
with a reason, and a broken row is reported with its line.
"""

from employment_warehouse.reading.read import read_tables, sheet_names, write_understood
from employment_warehouse.reading.table import NUMERIC_CELL, BrokenRow, Refused, TextTable

__all__ = ["NUMERIC_CELL", "BrokenRow", "Refused", "TextTable", "read_tables", "sheet_names", "write_understood"]
