"""When nights and reports run, in Shanghai's time."""

from __future__ import annotations

from datetime import time

# After the counties' reports (20:00), early in the morning, and once more before 08:00 for late reports.
NIGHT_TIMES = (time(21, 30), time(6, 0), time(7, 40))

# Of the reports that no night writes, after its last run: on Mondays, and on the 5th, when the month's last files have
# arrived.
REPORT_TIMES = {"weekly": "10 8 * * 1", "monthly": "20 8 5 * *"}
