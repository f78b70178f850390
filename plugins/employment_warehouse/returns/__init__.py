"""Return workbooks: the rows that a county has to correct, as they arrived, with an explanation for each wrong cell."""

from employment_warehouse.returns.write import report_dates, write_workbooks

__all__ = ["report_dates", "write_workbooks"]
