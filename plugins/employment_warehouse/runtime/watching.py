"""The dead-man check, from outside Airflow: it sees what Airflow cannot tell of itself."""

from __future__ import annotations

import shutil
from datetime import date, datetime, time, timedelta

import psycopg

from employment_warehouse import settings
from employment_warehouse.errors import UserError
from employment_warehouse.runtime.airflow_api import AirflowApi
from employment_warehouse.runtime.deployment import current
from employment_warehouse.runtime.nights import standing_date
from employment_warehouse.runtime.parts import HEALTHY
from employment_warehouse.runtime.service import Warehouse
from employment_warehouse.settings import Home

PUBLISHED_BY = time(8, 0)
DISK_FREE = 0.1


def scan(home: Home, now: datetime) -> list[str]:
    """What is wrong at this moment, in words; empty: nothing."""
    found = [f"{name} 未运行 | is not running" for name in _stopped(home)]
    disk = shutil.disk_usage(home.root)
    if disk.free < DISK_FREE * disk.total:
        found.append(f"磁盘将满，剩余 {disk.free / 2**30:.1f} GiB | the disk is nearly full")
    try:
        shown = standing_date()
    except (psycopg.Error, UserError):
        return [*found, "数据库无法连接 | the database cannot be reached"]
    wanted = wanted_date(now)
    if not settings.is_demonstration() and (shown is None or shown < wanted):
        found.append(f"{wanted} 的夜间流程未发布（最近一次：{shown or '—'}） | the night was not published")
    return found


def wanted_date(now: datetime) -> date:
    """The report date that must be published by now: yesterday's from 08:00 on, until then the day before's."""
    return now.date() - timedelta(days=1 if now.time() >= PUBLISHED_BY else 2)


def _stopped(home: Home) -> list[str]:
    states = AirflowApi(current(home)).health()
    unhealthy = [part for part in HEALTHY if states.get(part) != "healthy"]
    stopped = [name for name, state in Warehouse(home).states().items() if state == "stopped" and name != "hr-platform"]
    return [*stopped, *(part for part in unhealthy if part.replace("_", "-") not in stopped and part != "metadatabase")]
