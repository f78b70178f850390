"""Alerts on a real server, sent to a receiver on this machine."""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import psycopg
import pytest
from tests.kit.nights import publish

from employment_warehouse import alert, publication
from employment_warehouse.runtime import steps

DAY = date(2024, 5, 2)
YUANYANG, GEJIU = "532528", "532501"
REASON = "门禁一 gate 1: 农村劳动力台账行数与上次之比：实为 0.33，应 0.8 – 1.8"
LOCKED = ("refused", "password_protected")


@dataclass
class Channel:
    """A receiver of Apprise's JSON notifications; while it is down it answers 503."""

    port: int = 0
    is_down: bool = False
    received: list[dict[str, Any]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.port}"


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Channel]:
    made = Channel()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(503 if made.is_down else 200)
            self.end_headers()
            if not made.is_down:
                made.received.append(json.loads(content))

        def log_message(self, *arguments: object) -> None:
            """Keep the output of the tests clean."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    made.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("WAREHOUSE_ALERT_URLS", made.address)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def build(warehouse: psycopg.Connection) -> int:
    """A night of 2 May in which one county's register is on hold and the other has sent nothing."""
    number = publication.start_build(DAY, "run")
    deliver(warehouse, "labor_register", YUANYANG, ("held", REASON), number)
    for unit in (YUANYANG, GEJIU):
        warehouse.execute("insert into ops.due values ('labor_register', %s, %s, '2024-05-02 20:00+08')", (unit, DAY))
    return number


def deliver(
    warehouse: psycopg.Connection, feed: str, unit: str, state: tuple[str, str], build: int | None = None
) -> None:
    """A delivery with its status and reason; its file has a name that must not be told."""
    warehouse.execute(
        """
        insert into ops.delivery (
            feed, unit, report_date, revision, kind, sha256, path, arrived_at, rows_read, rows_landed, status,
            reason, build
        ) values (%s, %s, %s, 1, 'file', %s, '/zone/CANARY.xlsx', '2024-05-02 19:30+08', 1200, 1200, %s, %s, %s)
        """,
        (feed, unit, DAY, hashlib.sha256(unit.encode()).digest(), *state, build),
    )


def told(warehouse: psycopg.Connection) -> dict[tuple[str, str], tuple[str, str, str]]:
    rows = warehouse.execute("select kind, unit, level, title, body from ops.alert").fetchall()
    return {(kind, unit): (level, title, body) for kind, unit, level, title, body in rows}


@pytest.mark.quick
def test_held_and_missing_deliveries_are_reported_to_the_county(warehouse: psycopg.Connection, build: int) -> None:
    publish(build)
    alert.raise_night_alerts(build)
    found = told(warehouse)
    assert set(found) == {("delivery_held", YUANYANG), ("feed_missing", GEJIU)}
    level, title, body = found["delivery_held", YUANYANG]
    assert level == "critical"
    assert title.startswith("元阳县：1 份报送被暂扣")
    assert "实为 0.33，应 0.8 – 1.8" in body
    assert "1,200 行" in body
    assert "05-02 19:30" in body
    assert "人力资源和社会保障局" in body
    level, title, body = found["feed_missing", GEJIU]
    assert level == "warning"
    assert title.startswith("个旧市：1 张表未报")
    assert "05-02 20:00" in body


def test_an_unreadable_file_is_reported(warehouse: psycopg.Connection, build: int) -> None:
    deliver(warehouse, "employment", GEJIU, LOCKED)
    publish(build)
    alert.raise_night_alerts(build)
    assert "password_protected" in told(warehouse)["file_refused", GEJIU][2]


def test_skipped_sheets_are_reported_without_their_names(warehouse: psycopg.Connection, build: int) -> None:
    deliver(warehouse, "employment", GEJIU, ("accepted", ""), build)
    notes = '{"notes": ["工作表“CANARY”未读取"], "sheets": []}'
    warehouse.execute("update ops.delivery set understood = %s where feed = 'employment'", (notes,))
    publish(build)
    alert.raise_night_alerts(build)
    level, title, body = told(warehouse)["sheets_left_out", GEJIU]
    assert (level, "1 个工作簿" in title, "1 张" in body) == ("warning", True, True)
    assert "CANARY" not in title + body


def test_a_night_is_reported_once(warehouse: psycopg.Connection, build: int) -> None:
    publish(build)
    assert alert.raise_night_alerts(build) == alert.raise_night_alerts(build) == len(told(warehouse))


def test_a_failed_night_is_reported(warehouse: psycopg.Connection, build: int) -> None:
    alert.raise_night_alerts(build)
    assert "未能完成" in told(warehouse)["night_failed", "532500"][1]


def test_unpaid_wages_are_reported_with_persons_and_amount(warehouse: psycopg.Connection, build: int) -> None:
    for number, (due, paid) in enumerate(((1000, 0), (500, 400), (800, 800))):
        warehouse.execute(
            """
            insert into store.fct_wage_payment (
                feed, unit, period, person_key, item, county_code, amount_due, amount_paid, pay_due_on, from_build
            ) values ('relief_payroll', 'P1', '2024-03-01', %s, %s, %s, %s, %s, '2024-04-15', %s)
            """,
            (uuid.uuid4(), str(number), YUANYANG, due, paid, build),
        )
    publish(build)
    alert.raise_night_alerts(build)
    _, title, body = told(warehouse)["wages_owed", YUANYANG]
    assert title.startswith("元阳县：欠发 1,100.00 元，2 人")
    assert "2024-04-15" in body


def test_new_households_without_a_job_are_reported(warehouse: psycopg.Connection, build: int) -> None:
    publish(build)
    second = publication.start_build(date(2024, 5, 3), "second")
    for household, opened_on in (("H1", date(2024, 5, 3)), ("H2", date(2024, 5, 3)), ("H3", date(2024, 5, 1))):
        warehouse.execute(
            """
            insert into store.zero_employment_household (
                county_code, household_no, township_code, is_relocated, members_in_labour_force, opened_on, from_build
            ) values (%s, %s, '532528100', %s, 2, %s, %s)
            """,
            (YUANYANG, household, household == "H1", opened_on, second),
        )
    publish(second)
    alert.raise_night_alerts(second)
    _, title, body = told(warehouse)["zero_employment", YUANYANG]
    assert title.startswith("元阳县：新增零就业家庭 2 户，其中易地搬迁 1 户")
    assert "H1" not in title + body


@pytest.mark.quick
def test_a_county_gets_one_digest_a_night_the_most_urgent_first(
    warehouse: psycopg.Connection, build: int, channel: Channel
) -> None:
    deliver(warehouse, "employment", GEJIU, LOCKED)
    publish(build)
    alert.raise_night_alerts(build)
    assert alert.deliver_alerts(build) == 2
    titles = [message["title"] for message in channel.received]
    assert titles == [
        "【就业监测】个旧市 2024-05-02：2 项需处理 | 2 to act on",
        "【就业监测】元阳县 2024-05-02：1 项需处理 | 1 to act on",
    ]
    first = channel.received[0]
    assert first["type"] == "failure"
    assert first["message"].index("文件无法读取") < first["message"].index("未报")
    assert alert.deliver_alerts(build) == 0
    assert len(channel.received) == 2


def test_what_a_channel_rejects_is_sent_by_the_next_call(
    warehouse: psycopg.Connection, build: int, channel: Channel
) -> None:
    publish(build)
    alert.raise_night_alerts(build)
    channel.is_down = True
    assert alert.deliver_alerts(build) == 0
    unsent = "select count(*) from ops.alert where sent_at is null and send_error is not null"
    assert warehouse.execute(unsent).fetchone() == (2,)
    channel.is_down = False
    assert alert.deliver_alerts(build) == 2
    assert warehouse.execute(unsent).fetchone() == (0,)


def test_without_a_channel_alerts_stay_in_the_ledger(
    warehouse: psycopg.Connection, build: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WAREHOUSE_ALERT_URLS", raising=False)
    publish(build)
    alert.raise_night_alerts(build)
    assert alert.deliver_alerts(build) == 0
    assert len(told(warehouse)) == 2


def test_no_alert_quotes_the_name_of_a_file(warehouse: psycopg.Connection, build: int) -> None:
    deliver(warehouse, "employment", GEJIU, LOCKED)
    publish(build)
    alert.raise_night_alerts(build)
    assert "CANARY" not in str(told(warehouse))


def test_a_night_without_a_build_is_reported_once_for_each_night(
    warehouse: psycopg.Connection, build: int, channel: Channel
) -> None:
    for day in ("2024-05-03", "2024-05-03", "2024-05-04"):
        steps.deliver_alerts(day, "night__of a run that failed early")
    messages = [message["message"] for message in channel.received]
    assert ["5月3日未能开始建库" in message for message in messages] == [True, False]
    assert "5月4日未能开始建库" in messages[1]
    assert told(warehouse).keys() == {("night_not_begun", "532500")}
