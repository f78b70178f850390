"""`warehouse watch`, as it sees the database: silent if all is well, one sentence for each failure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from tests.kit.nights import publish, start_build
from tests.kit.platform import served

from employment_warehouse import database, publication, settings
from employment_warehouse.database.embedded import Server
from employment_warehouse.runtime import watching
from employment_warehouse.runtime.deployment import embedded
from employment_warehouse.settings import Home

TODAY = date(2024, 5, 20)
MORNING = datetime(2024, 5, 20, 9, 0, tzinfo=settings.TIMEZONE)
YESTERDAY = TODAY - timedelta(days=1)


def problems(home: Home, now: datetime = MORNING) -> list[str]:
    """What `watch` says of nights, reports and alerts; no service of Airflow is running in these tests."""
    return [problem for problem in watching.scan(home, now) if "未运行" not in problem]


def publish_night(connection: psycopg.Connection, day: date) -> int:
    """A publication with its report."""
    number = publish(start_build(day))
    connection.execute(
        "insert into ops.product (product, report_date, publication, vintage, path) "
        "values ('daily', %s, %s, 'flash', 'reports/2024-05-01/daily-1.html')",
        (day, number),
    )
    return number


def test_a_healthy_warehouse_is_silent(warehouse: psycopg.Connection, warehouse_home: Home) -> None:
    publication.begin_nights(YESTERDAY)
    publish_night(warehouse, YESTERDAY)
    assert problems(warehouse_home) == []


def test_a_warehouse_whose_nights_have_not_begun_lacks_none(
    warehouse: psycopg.Connection, warehouse_home: Home
) -> None:
    assert problems(warehouse_home) == []
    publication.begin_nights(TODAY)
    assert problems(warehouse_home) == []


@pytest.mark.parametrize("published", [None, YESTERDAY - timedelta(days=1)])
def test_a_missing_night_is_reported(
    published: date | None, warehouse: psycopg.Connection, warehouse_home: Home
) -> None:
    publication.begin_nights(YESTERDAY - timedelta(days=3))
    if published:
        publish_night(warehouse, published)
    [problem] = problems(warehouse_home)
    assert "2024-05-19" in problem
    assert "未发布" in problem
    assert str(published or "无") in problem


def test_before_eight_o_clock_last_night_may_still_be_running(
    warehouse: psycopg.Connection, warehouse_home: Home
) -> None:
    publication.begin_nights(YESTERDAY - timedelta(days=3))
    publish_night(warehouse, YESTERDAY - timedelta(days=1))
    assert problems(warehouse_home, MORNING.replace(hour=7)) == []


def test_a_night_that_was_rolled_back_is_missing(warehouse: psycopg.Connection, warehouse_home: Home) -> None:
    publication.begin_nights(YESTERDAY)
    number = publish_night(warehouse, YESTERDAY)
    publication.roll_back(number, [], "核对有误")
    assert ["未发布" in problem for problem in problems(warehouse_home)] == [True]


def test_a_held_build_is_reported(warehouse: psycopg.Connection, warehouse_home: Home) -> None:
    publication.hold_night(start_build(YESTERDAY), "gate 2")
    assert ["暂扣" in problem for problem in problems(warehouse_home)] == [True]


def test_a_build_that_does_not_end_is_reported(warehouse: psycopg.Connection, warehouse_home: Home) -> None:
    build = start_build(YESTERDAY)
    warehouse.execute("update ops.build set started_at = %s", (MORNING - timedelta(hours=1),))
    assert problems(warehouse_home) == []
    warehouse.execute("update ops.build set started_at = %s", (MORNING - timedelta(hours=4),))
    assert ["未结束" in problem for problem in problems(warehouse_home)] == [True], build


def test_a_scratch_build_is_no_night_that_does_not_end(warehouse: psycopg.Connection, warehouse_home: Home) -> None:
    publish_night(warehouse, YESTERDAY)
    scratch = publication.start_scratch()
    warehouse.execute("update ops.build set started_at = %s where build = %s", (MORNING - timedelta(hours=4), scratch))
    assert problems(warehouse_home) == []


def test_a_report_that_was_not_written_is_reported(warehouse: psycopg.Connection, warehouse_home: Home) -> None:
    publish(start_build(YESTERDAY))
    warehouse.execute("update ops.publication set published_at = %s", (MORNING - timedelta(minutes=10),))
    assert problems(warehouse_home) == []
    warehouse.execute("update ops.publication set published_at = %s", (MORNING - timedelta(hours=2),))
    assert ["日报未生成" in problem for problem in problems(warehouse_home)] == [True]


@pytest.mark.parametrize(
    ("age", "failed", "channels", "reported"),
    [
        (timedelta(hours=1), "通道未接收", "", True),
        (timedelta(hours=1), None, "json://localhost", True),  # deliver_alerts did not run
        (timedelta(minutes=5), None, "json://localhost", False),  # on its way
        (timedelta(hours=1), None, "", False),  # no channel is configured
        (timedelta(days=2), "通道未接收", "json://localhost", True),
        (timedelta(days=4), "通道未接收", "json://localhost", False),  # alert_undelivered_days: no longer sent
    ],
)
def test_undelivered_alerts_are_reported(
    age: timedelta,
    failed: str | None,
    channels: str,
    *,
    reported: bool,
    warehouse: psycopg.Connection,
    warehouse_home: Home,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WAREHOUSE_ALERT_URLS", channels)
    warehouse.execute(
        "insert into ops.alert (level, kind, title, body, raised_at, send_error) "
        "values ('critical', 'night_failed', 'title', 'body', %s, %s)",
        (MORNING - age, failed),
    )
    assert [problem for problem in problems(warehouse_home) if "提醒未送达" in problem] == (
        ["1 条提醒未送达 | alerts that were not delivered: 1"] if reported else []
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (PlainTextResponse("<html>"), ["api-server 未运行", "数据库无法连接"]),
        ({"metadatabase": {"status": "unhealthy"}, "scheduler": {"status": None}}, ["数据库无法连接"]),
    ],
)
def test_what_one_part_cannot_say_is_not_said_of_the_others(
    answer: object, expected: list[str], fresh_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow's api-server says how the others are, and has it from its database."""
    app = FastAPI()
    app.get("/{path:path}", response_model=None)(lambda: answer)
    monkeypatch.delenv("AIRFLOW_CONN_WH_WATCHER", raising=False)
    monkeypatch.setenv("WAREHOUSE_DATABASE", "127.0.0.1:1")
    with served(app) as url:
        monkeypatch.setenv("WAREHOUSE_API_SERVER", url)
        found = [problem.split(" | ")[0] for problem in watching.scan(fresh_home, MORNING)]
    assert [problem for problem in found if "磁盘" not in problem] == expected


def test_a_database_that_does_not_run_is_reported_once(fresh_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_WH_WATCHER", raising=False)
    found = watching.scan(fresh_home, MORNING)
    [stopped] = [problem for problem in found if "未运行" in problem]  # the parts that ended with it are named in it
    assert stopped.startswith("postgres 未运行（也已停止：api-server、scheduler、dag-processor、triggerer")
    assert "postgres is not running (nor api-server, scheduler" in stopped
    assert not [problem for problem in found if "数据库" in problem]


def test_an_upload_that_nobody_reads_is_reported(warehouse: psycopg.Connection, warehouse_home: Home) -> None:
    """In either deployment: a process that runs and does not read is as bad as one that has ended."""
    for minutes, state in ((2, "waiting"), (9, "waiting"), (8, "landed"), (7, "answered")):
        warehouse.execute(
            "insert into ops.upload (county_code, received_at, feed, report_date, part, extension, is_check, file,"
            " file_bytes, sha256, state, answer)"
            " values ('532528', %s, 'employment', %s, '', '.csv', false, gen_random_uuid(), 1,"
            " decode(repeat('00', 32), 'hex'), %s, '{}')",
            (MORNING - timedelta(minutes=minutes), YESTERDAY, state),
        )
    assert problems(warehouse_home) == ["2 个上传的文件 5 分钟未读取 | uploads not read for 5 minutes: 2"]


@pytest.mark.parametrize(("status", "is_reported"), [(200, False), (503, True)])
def test_a_console_that_does_not_answer_is_reported(
    status: int,
    warehouse: psycopg.Connection,
    warehouse_home: Home,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_reported: bool,
) -> None:
    app = FastAPI()
    app.get("/health")(lambda: PlainTextResponse("", status))
    with served(app) as url:
        monkeypatch.setattr(watching, "current", lambda home: replace(embedded(home), console_api_url=url))
        found = [problem for problem in watching.scan(warehouse_home, MORNING) if "console" in problem]
    assert found == ["控制台未运行或无应答 | the console does not answer"] * is_reported


def test_a_disk_that_is_nearly_full_is_reported(
    warehouse: psycopg.Connection, warehouse_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real disk, and a share that no disk has free."""
    monkeypatch.setattr(watching, "DISK_FREE", 1.0)
    assert ["磁盘将满" in problem for problem in problems(warehouse_home)] == [True]


def test_refused_attempts_of_a_login_are_reported_as_a_count(warehouse_server: Server, warehouse_home: Home) -> None:
    """The log of the session's server also has what other tests tried, so that it is counted twice."""

    def denied(now: datetime) -> int:
        found = [problem for problem in watching.scan(warehouse_home, now) if problem.startswith("wh_returner")]
        return int(found[0].split()[2]) if found else 0

    now = datetime.now(settings.TIMEZONE)
    before = denied(now)
    for _ in range(3):
        with database.connect("wh_returner") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select sealed from vault.person where county_code = 'canary-4711'")
    assert denied(now) == before + 3
    assert denied(now + timedelta(days=2)) == 0
    log = warehouse_server.log.read_text()
    assert "permission denied for table person" in log
    assert "canary-4711" not in log
    with database.connect("wh_returner") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("set log_min_messages = 'panic'")
