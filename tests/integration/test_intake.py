"""A failure of the warehouse to ingest is its own: it shows in checks, alerts and the run, and not at the county."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest
from tests.kit.files import COUNTY, DAY, arrivals, put
from tests.kit.nights import ingest_files, start_build

from employment_warehouse import alert, gate, landing
from employment_warehouse.errors import UserError
from employment_warehouse.landing import IngestFailed, IntakeFailed, delivery, withdrawing
from employment_warehouse.runtime import steps

FEED = "public_post_payment"
HEADER = "岗位编号,身份证号,补贴月份,出勤天数,应发金额,实发金额,发放日期,资金来源,银行账号,代发批次号\n"
NIGHT = DAY.isoformat()
PATH = f"{FEED}/{NIGHT}/{COUNTY}.csv"


def failures(warehouse: psycopg.Connection) -> list[tuple[Any, ...]]:
    return warehouse.execute("select feed, unit, path from ops.intake_failure order by feed, unit, path").fetchall()


def break_ingest(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(delivery, "load_rows", fail)


def test_a_night_that_ingested_everything_has_one_passed_check(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, HEADER, feed=FEED)
    ingest_files(NIGHT)
    assert failures(warehouse) == []
    assert gate.check_intake(start_build(DAY)) == 0
    checks = warehouse.execute("select check_name, success, severity from ops.check_result").fetchall()
    assert checks == [("intake_failed", True, "critical")]
    steps.confirm_intake(NIGHT)


@pytest.mark.quick
def test_a_file_that_we_failed_to_ingest_fails_the_check_and_the_night(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(zone, HEADER + "x", feed=FEED)
    with monkeypatch.context() as broken:
        break_ingest(broken, psycopg.errors.DiskFull())
        with pytest.raises(IngestFailed):
            ingest_files(NIGHT)
    assert (FEED, COUNTY, PATH) in failures(warehouse)
    build = start_build(DAY)
    assert gate.check_intake(build) >= 1
    check = "select unit, severity, success, message_zh from ops.check_result where observed = %s"
    (row,) = warehouse.execute(check, (PATH,)).fetchall()
    assert row == (COUNTY, "critical", False, f"{PATH} 入库失败（系统原因，不是未报）")
    with pytest.raises(IntakeFailed, match=PATH) as raised:
        steps.confirm_intake(NIGHT)
    assert raised.value.exit_code == 1
    # The fault is repaired, and the retry ingests it.
    for county in steps.find_counties(NIGHT):
        steps.ingest_county(county, NIGHT)
    assert (FEED, COUNTY, PATH) not in failures(warehouse)


def test_a_file_that_we_stumble_over_stops_no_other_file_and_is_not_quoted(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(zone, "身份证号\n1\n", feed="employment")
    put(zone, HEADER, feed=FEED)
    load = delivery.load_rows

    def stumble(connection: psycopg.Connection, part: landing.Delivery, read: Any) -> Any:
        if part.feed == "employment":
            raise ValueError("532528199001010009")
        return load(connection, part, read)

    monkeypatch.setattr(delivery, "load_rows", stumble)
    with pytest.raises(IngestFailed, match=r"ValueError, test_intake.py:\d+$") as failed:
        ingest_files(NIGHT)
    assert "532528199001010009" not in str(failed.value)
    assert warehouse.execute("select feed from ops.delivery").fetchall() == [(FEED,)]


def test_a_removed_part_that_we_failed_to_withdraw_fails_the_night(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [put(zone, f"{HEADER}{number}", f"{COUNTY}_{number}.csv", feed=FEED) for number in (1, 2, 3)]
    ingest_files(NIGHT)
    for removed in paths[1:]:
        removed.unlink()
    with monkeypatch.context() as broken:
        broken.setattr(delivery, "withdraw", Mock(side_effect=psycopg.errors.DiskFull()))
        with pytest.raises(IngestFailed, match=r"^2 files"):
            ingest_files(NIGHT)
    with pytest.raises(IntakeFailed, match=rf"{COUNTY}_2\.csv; .*{COUNTY}_3\.csv"):
        steps.confirm_intake(NIGHT)
    ingest_files(NIGHT)
    steps.confirm_intake(NIGHT)
    kinds = warehouse.execute("select part, kind from ops.delivery where revision = 2 order by part").fetchall()
    assert kinds == [("2", "withdrawn"), ("3", "withdrawn")]


def test_a_county_is_not_blamed_for_what_we_failed_to_ingest(warehouse: psycopg.Connection, zone: Path) -> None:
    steps.expect_deliveries(NIGHT)  # and no source is read
    build = start_build(DAY)
    alert.raise_night_alerts(build)
    kinds = {kind for (kind,) in warehouse.execute("select kind from ops.alert").fetchall()}
    assert "feed_missing" not in kinds
    level, unit, title, body = warehouse.execute(
        "select level, unit, title, body from ops.alert where kind = 'intake_failed'"
    ).fetchone()  # type: ignore[misc]
    assert (level, unit) == ("critical", "532500")
    assert "入库失败（系统原因）" in title
    assert "不是县市未报" in body
    assert "The counties are not at fault" in body
    # A source is called by the title of its feed.
    gate.check_intake(build)
    said = "select message_zh, message_en from ops.check_result where check_name = 'intake_failed' and feed = %s"
    assert warehouse.execute(said, ("labor_register",)).fetchall() == [
        (
            "农村劳动力台账 入库失败（系统原因，不是未报）",
            "Register of rural labour was not ingested: a fault of the warehouse, nothing that is missing",
        )
    ]
    with pytest.raises(IntakeFailed, match="务工就业台账"):
        steps.confirm_intake(NIGHT)


def test_other_counties_are_still_missing_when_one_file_failed(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(zone, "身份证号\n1\n", feed="labor_register")
    break_ingest(monkeypatch, psycopg.errors.DiskFull())
    with pytest.raises(IngestFailed):
        ingest_files(NIGHT)
    steps.find_relief_feeds(NIGHT)
    alert.raise_night_alerts(start_build(DAY))
    missing = dict(warehouse.execute("select unit, body from ops.alert where kind = 'feed_missing'").fetchall())
    assert "农村劳动力台账" in missing["532501"]
    assert "农村劳动力台账" not in missing.get(COUNTY, "")


def test_a_platform_that_fails_is_our_failure_and_one_that_is_not_configured_is_not(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest_files(NIGHT)
    steps.ingest_resource("gig-orders", NIGHT)
    assert failures(warehouse) == []
    for name, value in (("URL", "http://127.0.0.1:9"), ("CLIENT_ID", "x"), ("CLIENT_SECRET", "y")):
        monkeypatch.setenv(f"WAREHOUSE_HR_{name}", value)
    ingest_files(NIGHT)
    assert ("gig_orders", "*", "") in failures(warehouse)


def test_a_file_ingested_by_an_earlier_attempt_is_not_a_failure(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(zone, HEADER, feed=FEED)
    steps.expect_deliveries(NIGHT)
    steps.find_relief_feeds(NIGHT)
    assert steps.find_counties(NIGHT) == [COUNTY]
    (arrival,) = arrivals(DAY)
    assert landing.ingest(arrival) is not None  # and the task was killed before it could note it
    steps.ingest_county(COUNTY, NIGHT)
    assert failures(warehouse) == []


def test_an_error_that_no_retry_can_help_is_not_retried(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(zone, HEADER, feed=FEED)
    break_ingest(monkeypatch, UserError("密钥不符 | wrong key", code="wrong_token_key"))
    with pytest.raises(UserError) as raised:
        steps.ingest_county(COUNTY, NIGHT)
    assert raised.value.code == "wrong_token_key"
    put(zone, HEADER + "x", feed="job_event")
    failing = iter([UserError("a"), psycopg.errors.DiskFull()])

    def fail(*_: object) -> None:
        raise next(failing)

    monkeypatch.setattr(delivery, "load_rows", fail)
    with pytest.raises(IngestFailed):
        steps.ingest_county(COUNTY, NIGHT)


@pytest.mark.parametrize("day", [date(2026, 12, 29), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 4)])
def test_what_is_due_is_known_across_the_end_of_the_year(warehouse: psycopg.Connection, zone: Path, day: date) -> None:
    warehouse.execute(
        "insert into ops.delivery (feed, unit, report_date, revision, kind, sha256, arrived_at, rows_read, rows_landed,"
        " status, build) values ('relief_payroll', 'YG1', %s, 1, 'file', sha256('x'), %s, 1, 1, 'accepted', %s)",
        (day, day, start_build(DAY)),
    )
    warehouse.execute(
        "insert into landing.relief_payroll (delivery_id, line, sheet, batch_no, sent_on) values (1, 2, '', 'B1', %s)",
        (day,),
    )
    steps.expect_deliveries(day.isoformat())
    due = dict(warehouse.execute("select feed, count(*) from ops.due group by feed").fetchall())
    assert due["labor_register"] == 13
    assert due["bank_return"] == 1


def test_nothing_is_due_from_a_county_that_has_not_joined_yet(warehouse: psycopg.Connection, zone: Path) -> None:
    """It is a setting, from a date on, and no alarm; the county may report all the same."""
    with warehouse.transaction():
        warehouse.execute(
            "insert into seeds.setting (name, valid_from, value, enabled)"
            " values ('counties_not_joined', %s, '532530，532531', true)",
            (DAY,),
        )
    yesterday = DAY - timedelta(days=1)
    for day in (yesterday, DAY):
        steps.expect_deliveries(day.isoformat())
    due = warehouse.execute(
        "select report_date, count(*) from ops.due where feed = 'labor_register' group by report_date order by 1"
    ).fetchall()
    assert due == [(yesterday, 13), (DAY, 11)]


def test_a_delivery_that_a_rollback_withdrew_is_missing_again(warehouse: psycopg.Connection, zone: Path) -> None:
    ingest_files(NIGHT)
    put(zone, "x", feed="labor_register")
    build = start_build(DAY)
    warehouse.execute(
        "insert into ops.delivery (feed, unit, report_date, revision, kind, sha256, arrived_at, status, build)"
        " values ('labor_register', %s, %s, 1, 'file', %s, now(), 'withdrawn', %s)",
        (COUNTY, DAY, withdrawing.NOTHING, build),
    )
    alert.raise_night_alerts(build)
    (body,) = warehouse.execute(
        "select body from ops.alert where kind = 'feed_missing' and unit = %s", (COUNTY,)
    ).fetchone()  # type: ignore[misc]
    assert "农村劳动力台账" in body
