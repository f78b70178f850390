"""The products of a publication: the daily report, the weekly dispatch and the monthly bulletin."""

from employment_warehouse.report.daily import write_daily
from employment_warehouse.report.monthly import write_monthly
from employment_warehouse.report.weekly import write_weekly

__all__ = ["write_daily", "write_monthly", "write_weekly"]
