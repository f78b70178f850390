"""Return workbooks: the rows that a county has to correct, as they arrived, with an explanation for each wrong cell."""

from employment_warehouse.returns.write import (
    delete_expired,
    path_of,
    report_dates,
    write_workbook,
    write_workbooks,
)

__all__ = ["delete_expired", "path_of", "report_dates", "write_workbook", "write_workbooks"]
