"""Text table + contract → good rows, and rejected rows with reasons.

A cell is checked by the type of its column (`contract/column_types/`), a row by the rules of its contract.
"""

from employment_warehouse.checking.repeated_rows import DUPLICATE_KEY, repeated_rows
from employment_warehouse.checking.table import Checked, check_table

__all__ = ["DUPLICATE_KEY", "Checked", "check_table", "repeated_rows"]
