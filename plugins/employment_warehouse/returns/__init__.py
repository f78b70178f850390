"""Return workbooks: what a county is to mend, as it came, with what is wrong in each cell."""

from employment_warehouse.returns.write import report_dates, write_workbooks

__all__ = ["report_dates", "write_workbooks"]
