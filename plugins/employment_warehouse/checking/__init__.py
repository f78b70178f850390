"""Text table + contract → good rows, and rejected rows with reasons.

What a cell must be, its column's type says (`contract/column_types/`); the rules between columns are the contract's.
"""

from employment_warehouse.checking.repeated import repeated_rows
from employment_warehouse.checking.table import Checked, check_table

__all__ = ["Checked", "check_table", "repeated_rows"]
