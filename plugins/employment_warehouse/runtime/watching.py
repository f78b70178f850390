"""The check from outside Airflow (for cron or systemd): it detects what Airflow cannot report itself."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import httpx
import psycopg
from psycopg.rows import DictRow, dict_row

from employment_warehouse import settings
from employment_warehouse.database import connect
from employment_warehouse.database.embedded import LARGEST_SERVER_FILE, Server
from employment_warehouse.errors import UserError
from employment_warehouse.fixed_names import REPORTS
from employment_warehouse.runtime.airflow_api import AirflowApi
from employment_warehouse.runtime.deployment import Deployment, current
from employment_warehouse.runtime.programs import HEALTHY
from employment_warehouse.runtime.service import Warehouse, responds
from employment_warehouse.runtime.signing_in import use_database
from employment_warehouse.runtime.timetable import REPORT_TIMES
from employment_warehouse.settings import Home

# The DAGs that run on a schedule; night runs the others.
FOLLOWED = {"night": "夜间流程"} | {f"report_{report}": REPORTS[report][0] for report in REPORT_TIMES}
# The platform of a demonstration is nobody's; the console is asked whether it answers, in either deployment.
IGNORED_PROGRAMS = ("hr-platform", "console")
# Limits of the programs and the machine, not settings: this check answers also where the database does not.
PUBLISHED_BY = time(8, 0)  # the last run of a night begins at 7:40 (timetable.py)
DISK_FREE = 0.1
UNREAD_MINUTES = 5  # an upload; the process `uploads` reads one in seconds
# A night takes minutes; what is open for so long has stopped.
LONGEST_NIGHT = timedelta(hours=3)
# A line of the server's log: postgres_settings.log_line_prefix, and SQLSTATE insufficient_privilege.
DENIED = re.compile(r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\S* \S+ \[\d+\] (?P<login>\S+) 42501 ")
LOG_READ = 16 * 2**20
STATE = Path(__file__).parent / "queries" / "watch.sql"


def scan(home: Home, now: datetime) -> list[str]:
    """What is wrong at this moment, a sentence each; empty if nothing is."""
    return [
        *_services(current(home)),
        *_disk(home),
        *_full_logs(home),
        *_database(home, now),
        *_denials(home, now),
    ]


def wanted_date(now: datetime) -> date:
    """The report date that must be published by now: yesterday's from 08:00 on, before that the day before's."""
    return now.date() - timedelta(days=1 if now.time() >= PUBLISHED_BY else 2)


def _services(deployment: Deployment) -> Iterator[str]:
    api = AirflowApi(deployment)
    states = api.health()
    yield from _stopped(_not_running(deployment, states))
    if states.get("metadatabase") != "healthy":
        return
    try:
        for error in api.import_errors():
            yield f"DAG 文件无法读取：{error} | a DAG file cannot be read"
        for dag in sorted(api.paused()):
            yield f"DAG {dag} 已暂停，不会运行 | the DAG {dag} is paused and will not run"
        for dag, name in FOLLOWED.items():
            last = api.last_run(dag)
            if last is not None and last[1] == "failed":
                yield f"最近一次{name}失败：{last[0]} | the last run of the DAG {dag} failed"
    except UserError as error:
        yield error.message
    except httpx.HTTPError as error:
        yield f"Airflow 应答异常：{type(error).__name__} | Airflow's interface does not answer as expected"


def _stopped(names: list[str]) -> Iterator[str]:
    """A sentence for each; of PostgreSQL one for all, because without it the others end within seconds."""
    if "postgres" not in names:
        yield from (f"{name} 未运行 | {name} is not running" for name in names)
        return
    others = [name for name in names if name != "postgres"]
    also_zh, also_en = (f"（也已停止：{'、'.join(others)}）", f" (nor {', '.join(others)})") if others else ("", "")
    yield f"postgres 未运行{also_zh} | postgres is not running{also_en}"


def _not_running(deployment: Deployment, states: dict[str, str]) -> list[str]:
    stopped = []
    if deployment.is_embedded:
        found = Warehouse(deployment.home).states()
        stopped = [name for name, state in found.items() if state == "stopped" and name not in IGNORED_PROGRAMS]
    if not states and "api-server" not in stopped:
        stopped.append("api-server")
    if states.get("metadatabase") != "healthy":
        return stopped  # only the api-server knows what else runs, and it asks the database
    unhealthy = [component.replace("_", "-") for component in HEALTHY if states.get(component) != "healthy"]
    return [*stopped, *(component for component in unhealthy if component not in stopped)]


def _disk(home: Home) -> Iterator[str]:
    folders = [folder for folder in (Server(home).data.resolve().parent, home.root) if folder.exists()]
    for folder in {folder.stat().st_dev: folder for folder in folders}.values():  # a disk that has both is named once
        disk = shutil.disk_usage(folder)
        if disk.free < DISK_FREE * disk.total:
            yield f"磁盘将满，剩余 {disk.free / 2**30:.1f} GiB：{folder} | the disk is nearly full"


def _full_logs(home: Home) -> Iterator[str]:
    """Logs of the database and of the home's services."""
    for log in sorted({Server(home).log, *home.logs.glob("*.log")}):
        if log.exists() and log.stat().st_size > LARGEST_SERVER_FILE // 2:
            yield f"日志将满，满后不再记录：{log} | a log is nearly full, and records nothing then"


def _database(home: Home, now: datetime) -> Iterator[str]:
    try:
        use_database(home, "wh_watcher")
        with connect("wh_watcher") as connection, connection.cursor(row_factory=dict_row) as cursor:
            channels = bool(settings.alert_urls())
            ended = connection.execute("select ops.end_overlong_sessions()").fetchone() or (0,)
            state = cursor.execute(
                STATE.read_bytes(), {"now": now, "channels": channels, "unread_minutes": UNREAD_MINUTES}
            ).fetchone()
    except (psycopg.Error, UserError):
        if current(home).is_embedded and not Server(home).running():
            return  # its process is named already
        yield "数据库无法连接 | the database cannot be reached"
        return
    assert state is not None
    if ended[0]:
        yield f"已结束 {ended[0]} 个超时的用户会话 | sessions of users that lasted too long and were ended: {ended[0]}"
    yield from _night(state, now)
    if state["undelivered"]:
        yield f"{state['undelivered']} 条提醒未送达 | alerts that were not delivered: {state['undelivered']}"
    if state["unread"]:
        yield (
            f"{state['unread']} 个上传的文件 {UNREAD_MINUTES} 分钟未读取"
            f" | uploads not read for {UNREAD_MINUTES} minutes: {state['unread']}"
        )
    if not responds(current(home)):  # it asks the database too, which answers
        yield "控制台未运行或无应答 | the console does not answer"


def _denials(home: Home, now: datetime) -> Iterator[str]:
    """What logins tried in the last day and were refused, by the log of the home's server."""
    log = Server(home).log
    if not log.exists():
        return
    with log.open("rb") as file:
        file.seek(max(log.stat().st_size - LOG_READ, 0))
        lines = file.read().decode(errors="replace").splitlines()
    since = f"{(now - timedelta(days=1)).astimezone(settings.TIMEZONE):%Y-%m-%d %H:%M:%S}"
    denied = Counter(match["login"] for line in lines if (match := DENIED.match(line)) and match["at"] >= since)
    for login, times in sorted(denied.items()):
        yield f"{login} 一天内有 {times} 次越权尝试 | {login} was denied {times} times in a day: {log}"


def _night(state: DictRow, now: datetime) -> Iterator[str]:
    wanted, shown, first = wanted_date(now), state["report_date"], state["first_date"]
    is_scheduled = not settings.is_demonstration() and first is not None and first <= wanted
    if is_scheduled and (shown is None or shown < wanted):
        yield f"{wanted} 的夜间流程未发布（现行发布：{shown or '无'}） | the night of {wanted} was not published"
    if state["newest_status"] == "held":
        yield f"{state['newest_date']} 的汇总被暂扣 | the build of {state['newest_date']} is held"
    if state["newest_status"] == "building" and now - state["newest_started"] > LONGEST_NIGHT:
        yield f"{state['newest_date']} 的汇总数小时未结束 | the build of {state['newest_date']} has not ended for hours"
    if state["lacks_report"]:
        yield f"{shown} 的日报未生成 | the daily report of {shown} was not written"
