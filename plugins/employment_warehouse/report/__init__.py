"""The products of a publication: the daily report, the weekly dispatch and the monthly bulletin."""

from collections.abc import Callable, Mapping
from pathlib import Path

from employment_warehouse.report.daily import write_daily
from employment_warehouse.report.monthly import write_monthly
from employment_warehouse.report.sending import send_report
from employment_warehouse.report.weekly import write_weekly

WRITERS: Mapping[str, Callable[[int], list[Path]]] = {
    "daily": write_daily,
    "weekly": write_weekly,
    "monthly": write_monthly,
}

__all__ = ["WRITERS", "send_report", "write_daily", "write_monthly", "write_weekly"]
