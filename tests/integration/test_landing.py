"""Landing on a real server: what each rule of the ledger says, one test each."""

from __future__ import annotations

import gzip
import os
import socket
import time
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
import psycopg
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.kit import files
from tests.kit.files import COUNTY, DAY, ingest_all
from tests.kit.nights import accept, publish, publish_night, start_build
from tests.kit.payments import HEADER, payment, payments, posts, put
from tests.kit.people import id_number, with_check_digit
from tests.kit.sealed import persons, rejected_cells
from tests.kit.server import rows_of

from employment_warehouse import publication
from employment_warehouse.contract import contract_of, contracts
from employment_warehouse.landing import (
    Share,
    due_deliveries,
    expect_deliveries,
    ingest,
    purge,
    repeated_keys,
    scan,
    withdraw_part,
)
from employment_warehouse.landing.zone import LandingZone
from employment_warehouse.runtime import history, steps
from employment_warehouse.settings import TIMEZONE, Home

# --- the ledger ---------------------------------------------------------------------------------------------


@pytest.mark.quick
def test_a_file_becomes_one_delivery_with_its_rows(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1, 2, 3))
    (delivery,) = ingest_all()
    assert (delivery.unit, delivery.report_date, delivery.part, delivery.revision) == (COUNTY, DAY, "", 1)
    assert (delivery.rows_read, delivery.rows_landed, delivery.rows_rejected) == (3, 3, 0)
    assert posts(warehouse, delivery.delivery_id) == ["P1", "P2", "P3"]
    landed = rows_of(
        warehouse, "select line, county_code, period, amount_paid from landing.public_post_payment order by 1"
    )
    assert tuple(map(str, landed[0])) == ("2", COUNTY, "2024-04-01", "800.00")


def test_the_ledger_has_the_months_that_a_payroll_speaks_of(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, "\n".join([HEADER, payment(1, month="2024-03"), payment(2), payment(3)]))
    ingest_all()
    assert rows_of(warehouse, "select months from ops.delivery") == [([date(2024, 3, 1), date(2024, 4, 1)],)]


def test_a_removed_part_speaks_of_no_month(warehouse: psycopg.Connection, zone: Path) -> None:
    """Not of the month before its date, as a nil return does: April is not there any more."""
    put(zone, "\n".join([HEADER, payment(1, month="2024-03")]), f"{COUNTY}_1.csv")
    april = put(zone, payments(2), f"{COUNTY}_2.csv")
    ingest_all()
    warehouse.execute(
        "insert into ops.due values ('public_post_payment', %s, '2024-05-10', '2024-05-10 20:00+08')", [COUNTY]
    )
    april_due = "select status from ops.due_submission"
    assert rows_of(warehouse, april_due) == [("on_time",)]
    april.unlink()
    ingest_all()
    assert rows_of(warehouse, april_due) == [("missing",)]
    accept(warehouse, start_build("2024-05-10"))
    assert rows_of(warehouse, "select status from ops.due_of_night") == [("missing",)]


def test_an_ingested_file_is_not_found_again(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1))
    (offered,) = files.arrivals(DAY)
    assert ingest(offered) is not None
    assert files.arrivals(DAY) == []
    assert ingest(offered) is None
    assert rows_of(warehouse, "select count(*) from ops.delivery") == [(1,)]


def test_the_same_bytes_again_load_nothing(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1))
    assert len(ingest_all()) == 1
    put(zone, payments(1), minutes=5)
    assert ingest_all() == []
    assert rows_of(warehouse, "select count(*) from ops.delivery") == [(1,)]
    assert files.arrivals(DAY) == []


def test_the_same_bytes_for_another_date_are_a_new_report(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1))
    put(zone, payments(1), day=DAY + timedelta(days=1))
    landed = ingest_all(DAY + timedelta(days=1))
    assert [(d.report_date.day, d.revision, d.rows_landed) for d in landed] == [(1, 1, 1), (2, 1, 1)]


@pytest.mark.quick
def test_other_bytes_are_a_correction(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1, 2))
    ingest_all()
    put(zone, payments(1, 2, 3), minutes=5)
    (correction,) = ingest_all()
    assert correction.revision == 2
    assert posts(warehouse, correction.delivery_id) == ["P1", "P2", "P3"]


def test_a_correction_may_equal_an_older_revision(warehouse: psycopg.Connection, zone: Path) -> None:
    revisions = []
    for minutes, serial in enumerate((1, 2, 1)):
        put(zone, payments(serial), minutes=minutes)
        revisions += [delivery.revision for delivery in ingest_all()]
    assert revisions == [1, 2, 3]


def test_a_late_file_counts_for_its_own_date(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1), day=DAY - timedelta(days=3))
    (late,) = ingest_all()
    assert late.report_date == DAY - timedelta(days=3)


def test_files_dated_later_wait_and_the_oldest_date_is_first(warehouse: psycopg.Connection, zone: Path) -> None:
    for days in (2, 0, -1):
        put(zone, payments(1), day=DAY + timedelta(days=days))
    assert [a.report_date.isoformat() for a in files.arrivals(DAY)] == ["2024-04-30", "2024-05-01"]


@pytest.mark.parametrize("name", [f"{COUNTY}.nil", f"{COUNTY}.csv"])
def test_a_nil_return_is_a_report_with_nothing_in_it(warehouse: psycopg.Connection, zone: Path, name: str) -> None:
    put(zone, "" if name.endswith("nil") else HEADER + "\n", name)
    (nil,) = ingest_all()
    assert (nil.status, nil.rows_read, nil.kind) == ("landed", 0, "nil" if name.endswith("nil") else "file")


def test_a_nil_return_with_something_in_it_is_refused(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1, 2))
    (report,) = ingest_all()
    put(zone, payments(1), f"{COUNTY}.nil", minutes=5)
    (refused,) = ingest_all()
    assert (refused.status, refused.reason) == ("refused", "extension_mismatch")
    assert posts(warehouse, report.delivery_id) == ["P1", "P2"]


def test_of_a_file_and_a_nil_return_of_one_moment_the_file_counts(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1))
    put(zone, "", f"{COUNTY}.nil")
    assert [delivery.kind for delivery in ingest_all()] == ["file"]


def standing(warehouse: psycopg.Connection) -> list[tuple[str, int, str]]:
    """(part, revision, kind) of what stands of each part."""
    query = "select distinct on (part) part, revision, kind from ops.delivery order by part, revision desc"
    return rows_of(warehouse, query)


def test_a_part_removed_before_the_night_does_not_count(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1), f"{COUNTY}_1.csv")
    second = put(zone, payments(2), f"{COUNTY}_2.csv")
    ingest_all()
    second.unlink()
    assert ingest_all() == []
    assert standing(warehouse) == [("1", 1, "file"), ("2", 2, "withdrawn")]
    assert ingest_all() == []
    put(zone, payments(2), f"{COUNTY}_2.csv")
    assert [(delivery.part, delivery.revision, delivery.rows_landed) for delivery in ingest_all()] == [("2", 3, 1)]


def test_parts_replaced_by_a_whole_file_no_longer_count(warehouse: psycopg.Connection, zone: Path) -> None:
    parts = [put(zone, payments(number), f"{COUNTY}_{number}.csv") for number in (1, 2)]
    ingest_all()
    for part in parts:
        part.unlink()
    put(zone, payments(1, 3))
    ingest_all(DAY + timedelta(days=1))
    assert standing(warehouse) == [("", 1, "file"), ("1", 2, "withdrawn"), ("2", 2, "withdrawn")]


def test_a_nil_return_replaces_parts_that_had_replaced_the_whole_file(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    """The whole file was withdrawn, which is not a nil return, though both are without bytes."""
    whole = put(zone, payments(1, 2))
    ingest_all()
    whole.unlink()
    parts = [put(zone, payments(number), f"{COUNTY}_{number}.csv") for number in (1, 2)]
    ingest_all()
    for part in parts:
        part.unlink()
    put(zone, "", f"{COUNTY}.nil")
    assert [delivery.kind for delivery in ingest_all()] == ["nil"]
    assert standing(warehouse) == [("", 3, "nil"), ("1", 2, "withdrawn"), ("2", 2, "withdrawn")]
    assert ingest_all() == []


def test_the_steps_of_a_night_withdraw_removed_parts(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1), f"{COUNTY}_1.csv")
    second = put(zone, payments(2), f"{COUNTY}_2.csv")
    put(zone, payments(3), "532501.csv")
    for county in steps.find_counties(DAY.isoformat()):
        steps.ingest_county(county, DAY.isoformat())
    second.unlink()
    assert steps.find_counties(DAY.isoformat()) == [COUNTY]
    steps.ingest_county("532501", DAY.isoformat())
    assert standing(warehouse)[-1] == ("2", 1, "file")
    steps.ingest_county(COUNTY, DAY.isoformat())
    assert standing(warehouse)[-1] == ("2", 2, "withdrawn")


@pytest.mark.parametrize("retried", ["in the same night", "in a run of its own", "after gate 1"])
@pytest.mark.parametrize(("sent", "kind"), [(f"{COUNTY}_1.csv", "file"), (f"{COUNTY}_1.nil", "nil")])
def test_a_loader_that_was_killed_before_it_withdrew_the_removed_part_is_made_good(
    warehouse: psycopg.Connection, zone: Path, sent: str, kind: str, retried: str
) -> None:
    """Of an earlier date, whose file it has ingested."""
    put(zone, payments(1), f"{COUNTY}_1.csv")
    second = put(zone, payments(2), f"{COUNTY}_2.csv")
    ingest_all()
    publish_night(warehouse)
    put(zone, payments(1, 2) if kind == "file" else "", sent, minutes=5)
    second.unlink()
    later = DAY + timedelta(days=1)
    assert steps.find_counties(later.isoformat()) == [COUNTY]
    [arrival] = files.arrivals(later)
    assert ingest(arrival) is not None
    if retried == "in a run of its own":
        steps.expect_deliveries(later.isoformat())
    elif retried == "after gate 1":
        publish_night(warehouse, later)
        later += timedelta(days=1)
    assert steps.find_counties(later.isoformat()) == [COUNTY]
    steps.ingest_county(COUNTY, later.isoformat())
    assert standing(warehouse) == [("1", 2, kind), ("2", 2, "withdrawn")]
    assert rows_of(warehouse, "select path from ops.intake_failure where path like '%%2.csv'") == []


def test_a_file_that_an_earlier_night_left_does_not_make_a_removed_part_of_an_old_date_count(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    """Its row of that night stays: the night after found it unchanged."""
    _, second = (put(zone, payments(number), f"{COUNTY}_{number}.csv") for number in (1, 2))
    ingest_all()
    publish_night(warehouse)
    warehouse.execute(
        "insert into ops.intake_failure (night_on, feed, unit, path, reason)"
        " select %s, d.feed, d.unit, d.path, 'x' from ops.delivery as d where d.part = '1'",
        (DAY,),
    )
    second.unlink()
    assert scan(Share.of_sources({"county"}), DAY + timedelta(days=1)).changes == []


def test_parts_stay_until_their_replacement_can_be_read(warehouse: psycopg.Connection, zone: Path) -> None:
    parts = [put(zone, payments(number), f"{COUNTY}_{number}.csv") for number in (1, 2)]
    ingest_all()
    for part in parts:
        part.unlink()
    put(zone, "not a table")
    assert [delivery.status for delivery in ingest_all()] == ["refused"]
    assert standing(warehouse)[1:] == [("1", 1, "file"), ("2", 1, "file")]


def test_a_part_stays_until_the_file_that_replaces_it_and_another_can_be_read(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put(zone, payments(1))
    second = put(zone, payments(2), f"{COUNTY}_2.csv")
    ingest_all()
    second.unlink()
    put(zone, "not a table", minutes=5)
    assert [delivery.status for delivery in ingest_all()] == ["refused"]
    assert standing(warehouse)[1:] == [("2", 1, "file")]
    put(zone, payments(1, 2), minutes=9)
    ingest_all()
    assert standing(warehouse)[1:] == [("2", 2, "withdrawn")]


def test_a_part_stays_until_the_file_that_replaces_it_is_ingested(warehouse: psycopg.Connection, zone: Path) -> None:
    """It may be growing, or its ingest has failed."""
    put(zone, payments(1))
    second = put(zone, payments(2), f"{COUNTY}_2.csv")
    ingest_all()
    second.unlink()
    put(zone, payments(1, 2), minutes=5)
    found = scan(Share.of_sources({"county"}), DAY)
    assert [withdraw_part(removed) for removed in found.removed] == [False]
    ingest(found.arrivals[0])
    assert [withdraw_part(removed) for removed in found.removed] == [True]


def test_removing_a_part_restores_the_others(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1), f"{COUNTY}_1.csv")
    second = put(zone, payments(2), f"{COUNTY}_2.csv")
    (first, _) = ingest_all()
    warehouse.execute("delete from landing.public_post_payment")
    warehouse.execute("update ops.delivery set purged_at = now()")
    second.unlink()
    ingest_all()
    assert posts(warehouse, first.delivery_id) == ["P1"]


def test_a_date_without_files_left_in_the_zone_stays_unchanged(warehouse: psycopg.Connection, zone: Path) -> None:
    for number in (1, 2):
        put(zone, payments(number), f"{COUNTY}_{number}.csv")
    ingest_all()
    for file in (zone / "public_post_payment" / DAY.isoformat()).iterdir():
        file.unlink()
    assert ingest_all() == []
    assert standing(warehouse) == [("1", 1, "file"), ("2", 1, "file")]


def test_parts_are_deliveries_of_their_own(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1), f"{COUNTY}_1.csv")
    put(zone, payments(2), f"{COUNTY}_2.csv")
    assert [(d.part, d.revision) for d in ingest_all()] == [("1", 1), ("2", 1)]


def test_the_same_stem_with_another_ending_replaces(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1), f"{COUNTY}.csv")
    put(zone, gzip.compress(payments(2).encode()), f"{COUNTY}.csv.gz", minutes=5)
    (first,) = ingest_all()
    assert posts(warehouse, first.delivery_id) == ["P2"]
    put(zone, payments(3), f"{COUNTY}.csv", minutes=9)
    (second,) = ingest_all()
    assert (second.revision, posts(warehouse, second.delivery_id)) == (2, ["P3"])


def test_two_counties_are_two_units(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1))
    put(zone, payments(1), "532501.csv")
    assert sorted((d.unit, d.revision) for d in ingest_all()) == [("532501", 1), (COUNTY, 1)]


# --- what is left alone -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["532528.csv.part", "532528.tmp", "~$532528.xlsx", ".532528.csv.swp"])
def test_unfinished_files_are_left_alone_without_a_word(warehouse: psycopg.Connection, zone: Path, name: str) -> None:
    put(zone, payments(1), name)
    assert files.arrivals(DAY) == []
    assert rows_of(warehouse, "select count(*) from ops.alert") == [(0,)]


def test_a_growing_file_is_left_alone_until_it_is_whole(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(zone, payments(1))
    os.utime(path)  # written this moment

    def grow(_: float) -> None:
        with path.open("a") as file:
            file.write(payment(2) + "\n")

    with monkeypatch.context() as slept:
        slept.setattr(time, "sleep", grow)
        assert files.arrivals(DAY) == []
    (whole,) = files.arrivals(DAY, settle_seconds=0.2)
    assert ingest(whole).rows_landed == 2  # type: ignore[union-attr]


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_scan(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put(zone, payments(1))
    (offered,) = files.arrivals(DAY)
    put(zone, payments(1, 2), minutes=5)
    assert ingest(offered) is None
    assert rows_of(warehouse, "select count(*) from ops.delivery") == [(0,)]
    (delivery,) = ingest_all()
    assert delivery.rows_landed == 2


@pytest.mark.parametrize(
    ("feed", "day", "name"),
    [
        ("no_such_feed", "2024-05-01", "532528.csv"),
        ("public_post_payment", "2024-5-1", "532528.csv"),
        ("public_post_payment", "2024-02-30", "532528.csv"),
        ("public_post_payment", "0001-01-01", "532528.csv"),
        ("public_post_payment", "2024-05-01", "532599.csv"),
        ("public_post_payment", "2024-05-01", "532528.pdf"),
        ("public_post_payment", "2024-05-01", "元阳县5月.xlsx"),
        ("job_postings", "2024-05-01", "532528.csv"),
    ],
)
def test_a_misplaced_file_raises_an_alert_and_blocks_nothing(
    warehouse: psycopg.Connection, zone: Path, feed: str, day: str, name: str
) -> None:
    put(zone, payments(1))
    path = zone / feed / day / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    assert len(ingest_all()) == 1
    ((kind, body),) = rows_of(warehouse, "select kind, body from ops.alert")
    assert kind == "misplaced_files" and "元阳" not in body
    assert name in body or "#" in body


def test_the_alert_gives_the_reason_of_each_misplaced_file(warehouse: psycopg.Connection, zone: Path) -> None:
    """What counties do who know neither the names of the folders nor the formats."""
    wanted = {
        "务工就业台账/2024-05-01/532528.xlsx": "文件夹应叫 employment",
        "employment/2024年5月1日/532528.xlsx": "2024-05-01 这样",
        "employment/2024-05-01/532528.et": "另存为 xlsx",
        "corrections/2024-05-01/532528.csv": "另存为 xlsx",
        "employment/2024-05-01/元阳县.xlsx": "县市代码",
        "relief_project/2024-05-01/王小明.xlsx": "项目编号",
        "532528.xlsx": "<表名>/<报表日期>",
    }
    for path in wanted:
        (zone / path).parent.mkdir(parents=True, exist_ok=True)
        (zone / path).write_text("x")
    assert ingest_all() == []
    ((body,),) = rows_of(warehouse, "select body from ops.alert")
    lines = body.splitlines()
    assert len(lines) == len(wanted)
    assert {reason for reason in wanted.values() if not any(reason in line for line in lines)} == set()
    assert "元阳" not in body and "王小明" not in body


def test_the_alert_names_files_for_a_day_that_has_not_come(warehouse: psycopg.Connection, zone: Path) -> None:
    """A mistyped year would be read on that day, as its report; a later day than the night's may be past already."""
    today = datetime.now(TIMEZONE).date()
    for day in (DAY, DAY + timedelta(days=1), today, today + timedelta(days=2), date(2098, 5, 1)):
        put(zone, payments(1), day=day)
    put(zone, "x", f"{COUNTY}.xlsx", feed="corrections", day=date(2098, 5, 1))
    assert len(ingest_all()) == 1
    ((title, body),) = rows_of(warehouse, "select title, body from ops.alert where kind = 'misplaced_files'")
    assert "3 个文件" in title and title.endswith(": 3")
    named = {line.split("：")[0]: "还没有到" in line and "has not come" in line for line in body.splitlines()}
    assert named == {
        f"public_post_payment/{today + timedelta(days=2)}/{COUNTY}.csv": True,
        f"public_post_payment/2098-05-01/{COUNTY}.csv": True,
        f"corrections/2098-05-01/{COUNTY}.xlsx": True,
    }


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("ＹＧ５３２５２８００１.csv", "YG532528001"),
        ("　YG１ .csv", "YG1"),
        ("云发改（2024）1号.csv", "云发改(2024)1号"),
    ],
)
def test_a_project_is_the_same_in_wide_characters(
    warehouse: psycopg.Connection, zone: Path, name: str, unit: str
) -> None:
    files.put(zone, files.rows_of("relief_project", {}), name, feed="relief_project")
    assert [delivery.unit for delivery in ingest_all()] == [unit]


@pytest.mark.parametrize(
    "name", [f"{'Y' * 65}.csv", "YG\a1.csv", "　.csv", "王小明.csv", "13812345678.csv", "6217000012345678.csv"]
)
def test_a_file_with_an_invalid_project_number_is_misplaced(
    warehouse: psycopg.Connection, zone: Path, name: str
) -> None:
    files.put(zone, files.rows_of("relief_project", {}), name, feed="relief_project")
    assert ingest_all() == []
    assert rows_of(warehouse, "select kind from ops.alert") == [("misplaced_files",)]


def test_a_county_s_files_are_the_same_parts_in_wide_characters(warehouse: psycopg.Connection, zone: Path) -> None:
    """Of two files of one part the one that was modified last counts."""
    put(zone, payments(1), f"{COUNTY}_1.csv")
    put(zone, payments(1, 2), "５３２５２８＿１.csv", minutes=5)
    assert [(delivery.part, delivery.rows_landed) for delivery in ingest_all()] == [("1", 2)]


def test_a_name_that_is_not_utf8_raises_an_alert_and_blocks_nothing(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1))
    folder = zone / "public_post_payment" / DAY.isoformat()
    for name in ("元阳县.xlsx", "532528_二组.csv"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name.encode("gbk"))).write_text("x")
    assert len(ingest_all()) == 1
    ((title, body),) = rows_of(warehouse, "select title, body from ops.alert where kind = 'misplaced_files'")
    assert "2 个文件" in title and title.endswith(": 2")
    assert len([line for line in body.splitlines() if line.startswith(f"public_post_payment/{DAY}/#")]) == 2


def test_the_alert_of_misplaced_files_ends_when_they_are_gone(warehouse: psycopg.Connection, zone: Path) -> None:
    """And begins anew with the next ones."""
    folder = zone / "public_post_payment" / DAY.isoformat()
    folder.mkdir(parents=True)
    misplaced = folder / "元阳县.xlsx"
    is_open = []
    for change in (misplaced.touch, misplaced.unlink, misplaced.touch):
        change()
        ingest_all()
        is_open += rows_of(warehouse, "select resolved_at is null from ops.alert where kind = 'misplaced_files'")
    assert is_open == [(True,), (False,), (True,)]


def test_a_link_is_not_followed_and_raises_an_alert(warehouse: psycopg.Connection, zone: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / DAY.isoformat()
    elsewhere.mkdir(parents=True)
    (elsewhere / f"{COUNTY}.csv").write_text(payments(1))
    (zone / "public_post_payment").symlink_to(elsewhere.parent)
    (zone / "workshop" / DAY.isoformat()).mkdir(parents=True)
    (zone / "workshop" / DAY.isoformat() / f"{COUNTY}.csv").symlink_to(elsewhere / f"{COUNTY}.csv")
    assert ingest_all() == []
    ((kind, body),) = rows_of(warehouse, "select kind, body from ops.alert")
    assert kind == "misplaced_files"
    assert [line.split("：")[0] for line in body.splitlines()] == [
        "public_post_payment",
        f"workshop/{DAY}/{COUNTY}.csv",
    ]


@pytest.mark.parametrize(
    ("feed", "name"), [("public_post", "{}"), ("public_post", "532528_{}"), ("relief_project", "{}")]
)
def test_an_id_number_in_a_file_name_is_not_repeated_in_the_alert(
    warehouse: psycopg.Connection, zone: Path, feed: str, name: str
) -> None:
    put(zone, "x", f"{name.format(id_number(1))}.csv", feed=feed)
    assert ingest_all() == []
    assert rows_of(warehouse, "select kind from ops.alert") == [("misplaced_files",)]
    assert id_number(1) not in str(rows_of(warehouse, "select title, body from ops.alert"))


def test_a_batch_number_with_a_date_is_not_an_id_number(warehouse: psycopg.Connection, zone: Path) -> None:
    batch = with_check_digit("53252820240501001")
    put(
        zone,
        f"代发批次号,序号,银行账号,户名,金额,处理结果\n{batch},1,6217000000000001,某某,1,成功\n",
        f"{batch}.csv",
        feed="bank_return",
    )
    (delivery,) = ingest_all(sources=("bank",))
    assert (delivery.unit, delivery.rows_landed) == (batch, 1)


def test_corrections_are_not_misplaced(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, "x", f"{COUNTY}.xlsx", feed="corrections")
    assert ingest_all() == []
    assert rows_of(warehouse, "select count(*) from ops.alert") == [(0,)]


# --- rows that are rejected ---------------------------------------------------------------------------------


def test_rejected_rows_are_sealed_with_the_original_row(warehouse: psycopg.Connection, zone: Path) -> None:
    bad = payment(2).replace(id_number(2), "532528199001010000")
    put(zone, "\n".join([HEADER, payment(1), bad, payment(3)]))
    (delivery,) = ingest_all()
    assert (delivery.rows_read, delivery.rows_landed, delivery.rows_rejected) == (3, 2, 1)
    ((_, line, column, reason, plain),) = rejected_cells(warehouse)
    assert (line, column, reason) == (3, "id_number", "id_checksum")
    assert '"value": "532528199001010000"' in plain and '"岗位编号":"P2"' in plain


def test_a_row_with_two_broken_cells_is_one_rejected_row(warehouse: psycopg.Connection, zone: Path) -> None:
    bad = payment(2, paid="many").replace(id_number(2), "1")
    put(zone, "\n".join([HEADER, payment(1), bad]))
    (delivery,) = ingest_all()
    assert (delivery.rows_read, delivery.rows_landed, delivery.rows_rejected) == (2, 1, 1)
    assert rows_of(warehouse, "select count(*) from vault.rejected_row") == [(2,)]


def test_of_rows_with_one_key_the_last_counts(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, "\n".join([HEADER, payment(1, "100"), payment(2), payment(1, "200"), payment(1, "300")]))
    (delivery,) = ingest_all()
    assert (delivery.rows_read, delivery.rows_landed, delivery.rows_rejected) == (4, 2, 2)
    kept = rows_of(warehouse, "select line, amount_paid from landing.public_post_payment where post_no = 'P1'")
    assert [(line, int(paid)) for line, paid in kept] == [(5, 300)]
    rejected = rows_of(warehouse, "select line, reason from vault.rejected_row order by line")
    assert rejected == [(2, "duplicate_key"), (4, "duplicate_key")]


def test_of_two_sheets_the_later_one_counts(warehouse: psycopg.Connection, zone: Path) -> None:
    path = put(zone, "", f"{COUNTY}.xlsx")
    workbook = xlsxwriter.Workbook(path)
    for sheet, paid in (("乙", "100"), ("甲", "200")):
        page = workbook.add_worksheet(sheet)
        for row, line in enumerate([HEADER, payment(1, paid), payment(2 if sheet == "乙" else 3, paid)]):
            page.write_row(row, 0, line.split(","))
    workbook.close()
    (delivery,) = ingest_all()
    assert (delivery.rows_read, delivery.rows_landed, delivery.rows_rejected) == (4, 3, 1)
    kept = rows_of(warehouse, "select sheet, line, amount_paid from landing.public_post_payment where post_no = 'P1'")
    assert [(sheet, line, int(paid)) for sheet, line, paid in kept] == [("第2张", 2, 200)]
    ((sheet, line, _, _, plain),) = rejected_cells(warehouse)
    assert (sheet, line) == ("第1张", 2) and '"岗位编号":"P1"' in plain


def test_a_key_without_a_value_is_a_key(warehouse: psycopg.Connection, zone: Path) -> None:
    header = "项目编号,工资期间,身份证号,姓名,出工天数,应发工资,实发工资,班组"
    rows = [
        f"YG1,2024-04,{id_number(1)},张某某,20,{wage},{wage},{crew}" for wage, crew in ((1, ""), (2, "一组"), (3, ""))
    ]
    put(zone, "\n".join([header, *rows]), "YG1.csv", feed="relief_payroll")
    (delivery,) = ingest_all()
    assert (delivery.rows_landed, delivery.rows_rejected) == (2, 1)
    assert [
        int(wage) for (wage,) in rows_of(warehouse, "select amount_due from landing.relief_payroll order by line")
    ] == [2, 3]


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.integers(0, 20), unique=True, max_size=6), max_size=6))
def test_repeated_keys_are_found_in_any_split_into_frames(fresh_home: Home, frames: list[list[int]]) -> None:
    numbered = enumerate(key for frame in frames for key in frame)
    lines: dict[int, list[int]] = {}
    for line, key in numbered:
        lines.setdefault(key, []).append(line)
    first = 0
    with repeated_keys.KeyLog() as seen:
        for frame in frames:
            seen.write(
                pl.DataFrame({"key": pl.Series(frame, dtype=pl.Int64)}), pl.Series(range(first, first + len(frame)))
            )
            first += len(frame)
        found = seen.repeated_lines()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(repeated_keys, "SORTED_AT_ONCE", 8)
            in_passes = seen.repeated_lines()
    assert set(found) == set(in_passes) == {line for again in lines.values() if len(again) > 1 for line in again}


def test_a_whole_file_of_rejected_rows_is_a_delivery_of_none(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, "\n".join([HEADER, payment(1, "x"), payment(2, "y")]))
    (delivery,) = ingest_all()
    assert (delivery.rows_read, delivery.rows_landed, delivery.rows_rejected) == (2, 0, 2)


def test_a_row_of_another_county_is_rejected_and_its_file_is_not(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, f"县市代码,{HEADER}\n{COUNTY},{payment(1)}\n532501,{payment(2)}\n,{payment(3)}\n")
    (delivery,) = ingest_all()
    assert posts(warehouse, delivery.delivery_id) == ["P1", "P3"]
    assert rows_of(warehouse, "select line, reason from vault.rejected_row") == [(3, "path_disagrees")]


@pytest.mark.parametrize("header", ["报表日期", "★报表日期：", "report_date"])
def test_a_file_that_states_another_report_date_is_refused(
    warehouse: psycopg.Connection, zone: Path, header: str
) -> None:
    """Which a file says of itself, or does not: a month and a word are no day."""
    stated = (str(DAY), "2024年4月", "", "本周", f"{DAY:%Y%m%d}")
    rows = [f"{cell},{payment(number)}" for number, cell in enumerate(stated, 1)]
    put(zone, "\n".join([f"{header},{HEADER}", *rows]))
    (delivery,) = ingest_all()
    assert (delivery.status, delivery.rows_landed) == ("landed", 5)
    put(zone, "\n".join([f"{header},{HEADER}", *rows, f"2023-05-01,{payment(6)}"]), minutes=1)
    (delivery,) = ingest_all()
    assert (delivery.status, delivery.reason) == ("refused", "report_date_disagrees")
    assert rows_of(warehouse, "select count(*) from landing.public_post_payment") == [(5,)]


def test_a_file_that_cannot_be_read_is_a_refused_delivery(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1).replace("补贴月份", "月"))
    (delivery,) = ingest_all()
    assert (delivery.status, delivery.reason, delivery.rows_read) == ("refused", "required_column_missing", 0)
    assert files.arrivals(DAY) == []
    put(zone, payments(1), minutes=5)
    (corrected,) = ingest_all()
    assert (corrected.revision, corrected.rows_landed) == (2, 1)


def test_of_unknown_columns_only_names_made_of_usual_words_are_kept(warehouse: psycopg.Connection, zone: Path) -> None:
    headers = f"备注,配偶身份证号,文件,王小明,{id_number(9)},{id_number(8)}"
    put(zone, f"{HEADER},{headers}\n{payment(1)},好,{id_number(7)},{id_number(6)},a,b,c\n")
    (delivery,) = ingest_all()
    assert delivery.rows_landed == 1
    assert rows_of(warehouse, "select extra from landing.public_post_payment") == [(None,)]
    width = len(HEADER.split(","))
    places = [f"第{width + at}列" for at in (4, 5, 6)]
    assert rows_of(warehouse, "select extra_columns from ops.delivery") == [
        (["备注", "配偶身份证号", "文件", *places],)
    ]


# --- identities ---------------------------------------------------------------------------------------------


def test_persons_and_accounts_are_sealed_once(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(1, 2))
    put(zone, payments(2, 3), "532501.csv")
    ingest_all()
    assert persons(warehouse) == sorted(f'{{"id_number":"{id_number(n)}"}}' for n in (1, 2, 3))
    assert rows_of(warehouse, "select count(*) from vault.bank_account") == [(3,)]
    orphans = """
        select count(*) from landing.public_post_payment as l
        where not exists (select from vault.person as p where p.person_key = l.person_key)
    """
    assert rows_of(warehouse, orphans) == [(0,)]


# --- what is due --------------------------------------------------------------------------------------------


def test_what_is_due_is_written_before_anything_arrives(warehouse: psycopg.Connection, zone: Path) -> None:
    assert expect_deliveries(DAY) > 0
    due = dict(rows_of(warehouse, "select feed, count(*) from ops.due group by feed"))
    assert due["labor_register"] == due["public_post"] == 13
    assert "public_post_payment" not in due and "relief_payroll" not in due
    assert rows_of(warehouse, "select distinct due_at from ops.due where feed = 'employment'") == [
        (datetime(2024, 5, 1, 20, 0, tzinfo=TIMEZONE),)
    ]
    assert expect_deliveries(DAY) == 0


def test_the_platform_is_due_once_it_is_connected_and_stays_so_once_it_was_read(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def due(day: date) -> list[str]:
        expect_deliveries(day)
        query = "select feed from ops.due where unit = 'hr_platform' and report_date = %s order by feed"
        return [feed for (feed,) in warehouse.execute(query, (day,)).fetchall()]

    resources = ["applications", "gig_orders", "job_postings"]
    assert due(DAY) == []
    monkeypatch.setenv("WAREHOUSE_HR_URL", "https://hr.example.test")  # half of it is enough to wait for it
    assert due(DAY + timedelta(days=1)) == resources
    monkeypatch.delenv("WAREHOUSE_HR_URL")
    assert due(DAY + timedelta(days=2)) == []
    warehouse.execute(
        "insert into ops.delivery (feed, unit, report_date, revision, kind, sha256, arrived_at, rows_read, rows_landed)"
        " values ('gig_orders', 'hr_platform', %s, 1, 'pages', sha256(''), now(), 0, 0)",
        (DAY + timedelta(days=1),),
    )
    assert due(DAY + timedelta(days=3)) == resources


def test_monthly_feeds_are_due_on_their_day(warehouse: psycopg.Connection, zone: Path) -> None:
    expect_deliveries(date(2024, 5, 10))
    assert rows_of(warehouse, "select count(*) from ops.due where feed = 'public_post_payment'") == [(13,)]


def test_a_batch_that_was_sent_is_due_back_after_three_working_days(warehouse: psycopg.Connection, zone: Path) -> None:
    """By a payroll that was accepted: one that is held may name another by mistake."""
    put(zone, payments(1, 2))
    ingest_all()
    publish_night(warehouse)
    put(zone, "\n".join([HEADER, payment(1, batch="PC999")]), day=DAY + timedelta(days=1))
    ingest_all()
    warehouse.execute("update ops.delivery set status = 'held' where status = 'landed'")
    expect_deliveries(DAY)
    # Paid on 1 May; the holiday ends on the fifth.
    assert rows_of(warehouse, "select unit, report_date, due_at from ops.due where feed = 'bank_return'") == [
        ("PC1", DAY, datetime(2024, 5, 8, 20, 0, tzinfo=TIMEZONE))
    ]


def test_a_batch_is_due_back_after_the_latest_day_on_which_it_was_sent(warehouse: psycopg.Connection) -> None:
    warehouse.execute(
        "insert into ops.delivery (feed, unit, report_date, part, revision, kind, sha256, arrived_at, status, build)"
        " values ('relief_payroll', 'YG1', %s, '', 1, 'file', sha256(''), now(), 'accepted', %s)",
        (DAY, start_build(DAY)),
    )
    warehouse.execute(
        """
        insert into landing.relief_payroll (delivery_id, line, sheet, batch_no, sent_on, paid_on)
        values (1, 2, '', 'PC1', '2024-04-25', '2024-04-30'), (1, 3, '', 'PC1', '2024-04-26', null),
            (1, 4, '', 'PC2', null, '2024-04-25'), (1, 5, '', 'PC2', null, '2024-04-26'),
            (1, 6, '', 'PC3', null, null), (1, 7, '', 'PC4', '2024-05-02', '2024-04-26')
        """
    )
    expect_deliveries(DAY)
    assert rows_of(warehouse, "select unit, report_date from ops.due where feed = 'bank_return' order by unit") == [
        ("PC1", date(2024, 4, 26)),
        ("PC2", date(2024, 4, 26)),
    ]


def test_a_batch_that_a_new_feed_names_is_due_back(warehouse: psycopg.Connection) -> None:
    """Its contract has a column batch_no, and nothing else says that it pays by the bank."""
    warehouse.execute("create table landing.site_wages (like landing.public_post_payment)")
    warehouse.execute(
        "insert into ops.delivery (feed, unit, report_date, part, revision, kind, sha256, arrived_at, status, build)"
        " values ('site_wages', 'G1', %s, '', 1, 'file', sha256(''), now(), 'accepted', %s)",
        (DAY, start_build(DAY)),
    )
    warehouse.execute(
        "insert into landing.site_wages (delivery_id, line, sheet, batch_no, paid_on)"
        " values (1, 2, '', 'PC1', '2024-04-26')"
    )
    new = contracts() | {"site_wages": replace(contract_of("public_post_payment"), feed="site_wages")}
    with patch.object(due_deliveries, "contracts", lambda: new):
        assert due_deliveries.expect_returns(warehouse, DAY) == 1
    assert rows_of(warehouse, "select unit, report_date from ops.due where feed = 'bank_return'") == [
        ("PC1", date(2024, 4, 26))
    ]


def test_a_batch_of_a_backlog_is_due_back_though_its_payments_are_purged(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put(zone, "\n".join([HEADER, payment(1, batch="PC0")]), day=DAY - timedelta(days=1))
    put(zone, payments(1))
    ingest_all()
    publish_night(warehouse)
    assert purge() == 1
    due = rows_of(warehouse, "select unit from ops.due where feed = 'bank_return' order by unit")
    assert due == [("PC0",), ("PC1",)]


def due_back(warehouse: psycopg.Connection) -> list[str]:
    """The batches of which a return is due."""
    return [
        unit for (unit,) in rows_of(warehouse, "select unit from ops.due_window where kind = 'batch' order by unit")
    ]


def test_a_batch_is_due_back_while_a_payroll_in_force_names_it(warehouse: psycopg.Connection, zone: Path) -> None:
    """The payroll is corrected with another batch number; and that correction is withdrawn."""
    put(zone, payments(1, 2))
    ingest_all()
    publish_night(warehouse)
    purge()
    assert due_back(warehouse) == ["PC1"]
    later = DAY + timedelta(days=1)
    put(zone, "\n".join([HEADER, payment(1, batch="PC2")]), minutes=5)
    (wrong,) = ingest_all(later)
    second = publish_night(warehouse, later)
    purge()
    last = later + timedelta(days=1)
    expect_deliveries(last)
    start_build(last)
    assert due_back(warehouse) == ["PC2"]
    publication.roll_back(second, [wrong.delivery_id], "another's batch")
    assert due_back(warehouse) == ["PC1"]


def test_a_batch_is_not_due_back_once_no_payroll_that_counts_names_it(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put(zone, payments(1))
    ingest_all()
    accept(warehouse, start_build(DAY))
    expect_deliveries(DAY)
    assert due_back(warehouse) == ["PC1"]
    build = start_build(DAY)  # the one before was not published
    warehouse.execute("update ops.delivery set status = 'held'")
    assert due_back(warehouse) == []
    warehouse.execute("update ops.delivery set status = 'accepted'")
    publish(build)
    purge()
    (number,) = rows_of(warehouse, "select delivery_id from ops.delivery")
    assert due_back(warehouse) == ["PC1"]
    publication.roll_back(build, list(number), "another project's payroll")
    assert due_back(warehouse) == []


PROJECT_HEADER = (
    "项目编号,项目名称,县市代码,乡镇代码,项目类型,总投资,以工代赈资金,计划劳务报酬,计划务工人数,"
    "开工日期,计划完工日期,竣工日期,业主单位,施工单位"
)


def project(number: str, completed_on: str = "") -> str:
    """A file of a project that began on 1 March."""
    row = f"{number},甲,532528,532528101,重点工程,1000000,500000,200000,50,2024-03-01,2024-12-31,{completed_on}"
    return f"{PROJECT_HEADER}\n{row},县发改局,某施工队\n"


def due_projects(warehouse: psycopg.Connection) -> list[tuple[str, date]]:
    query = "select unit, report_date from ops.due where feed = 'relief_project' order by unit, report_date"
    return rows_of(warehouse, query)


def test_projects_that_are_open_are_due(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, project("YG1"), "YG1.csv", feed="relief_project")
    put(zone, project("YG_2", completed_on="2024-04-20"), "YG_2.csv", feed="relief_project")
    ingest_all()
    # One row was corrected since, twice: a part of the same report.
    warehouse.execute(
        """
        insert into ops.delivery (feed, unit, report_date, part, revision, kind, sha256, arrived_at)
        values ('relief_project', 'YG1', %s, '～532528', 2, 'correction', sha256(''), now())
        """,
        (DAY,),
    )
    expect_deliveries(DAY)
    assert due_projects(warehouse) == [("YG1", DAY)]


def test_a_project_is_due_by_its_purged_submission_once_a_later_one_is_withdrawn(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    later, due_on = DAY + timedelta(days=1), DAY + timedelta(days=2)
    put(zone, project("YG1"), "YG1.csv", feed="relief_project")
    put(zone, project("YG1", completed_on="2024-05-01"), "YG1.csv", feed="relief_project", day=later)
    ingest_all()
    publish_night(warehouse)
    (wrong,) = ingest_all(later)
    second = publish_night(warehouse, later)
    assert purge() == 1
    publication.roll_back(second, [wrong.delivery_id], "it is not completed")
    expect_deliveries(due_on)
    assert due_projects(warehouse) == [("YG1", due_on)]


def test_a_project_that_only_a_withdrawn_list_named_was_never_due(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, project("YG1"), "YG1.csv", feed="relief_project")
    (wrong,) = ingest_all()
    build = publish_night(warehouse)
    expect_deliveries(DAY)
    due = "select unit from ops.due_window where feed = 'relief_project'"
    assert rows_of(warehouse, due) == [("YG1",)]
    publication.roll_back(build, [wrong.delivery_id], "another county's project")
    assert rows_of(warehouse, due) == []


def test_a_project_is_due_by_the_list_in_force_when_the_latest_is_held(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    later = DAY + timedelta(days=1)
    put(zone, project("YG1"), "YG1.csv", feed="relief_project")
    ingest_all()
    publish_night(warehouse)
    put(zone, project("YG1"), "YG1.csv", feed="relief_project", day=later)
    ingest_all(later)
    expect_deliveries(later)
    assert expect_deliveries(later) == 0
    start_build(later)
    warehouse.execute("update ops.delivery set status = 'held' where status = 'landed'")
    due = "select unit, report_date from ops.due_window where feed = 'relief_project'"
    assert rows_of(warehouse, due) == [("YG1", later)]


def record_of(warehouse: psycopg.Connection, build: int) -> dict[str, Any]:
    """The record of a publication, as it is written now."""
    statement = (history.QUERIES / "night_record.sql").read_text()
    ((record,),) = warehouse.execute(statement, {"build": build}).fetchall()
    return dict(record)


def due_of_record(warehouse: psycopg.Connection, build: int) -> list[tuple[str, list[int]]]:
    """The batches of the record of a publication, with the causes that it has of each."""
    due = record_of(warehouse, build)["due"]
    return [(row["unit"], row["causes"]) for row in due if row["feed"] == "bank_return"]


def test_a_record_has_no_batch_and_no_cause_that_its_build_did_not_have(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    """However late it is written."""
    put(zone, payments(1))
    (first,) = ingest_all()
    build = publish_night(warehouse)
    expect_deliveries(DAY)
    later = DAY + timedelta(days=1)
    put(zone, payments(2), day=later)
    (second,) = ingest_all(later)
    next_build = publish_night(warehouse, later)
    purge()
    assert due_of_record(warehouse, build) == []
    assert due_of_record(warehouse, next_build) == [("PC1", [first.delivery_id])]
    causes = rows_of(warehouse, "select causes from ops.due where unit = 'PC1'")
    assert causes == [([first.delivery_id, second.delivery_id],)]


def test_a_record_has_what_was_decided_and_what_had_failed_when_gate_2_began(warehouse: psycopg.Connection) -> None:
    """However late it is written: a night that was released by hand is recorded by the next."""
    waive = (
        "insert into ops.waiver (check_name, unit, valid_from, valid_to, granted_by, reason)"
        " values ('volume.ratio', %s, %s, %s, 'zhang_san', 'as agreed')"
    )
    fail = "insert into ops.intake_failure (night_on, feed, reason) values (%s, %s, 'the disk is full')"
    warehouse.execute(waive, [COUNTY, DAY, DAY])
    warehouse.execute(fail, [DAY, "labor_register"])
    build = publish_night(warehouse)
    later = DAY + timedelta(days=1)
    warehouse.execute(waive, [COUNTY, later, later])
    warehouse.execute("delete from ops.intake_failure")
    warehouse.execute(fail, [DAY, "employment"])
    warehouse.execute("insert into ops.month_close (month, publication) values (%s, %s)", [DAY.replace(day=1), build])
    record = record_of(warehouse, build)
    assert [waiver["valid_from"] for waiver in record["waiver"]] == [str(DAY)]
    assert [failure["feed"] for failure in record["intake_failure"]] == ["labor_register"]
    assert record["month_close"] == []


# --- what is not an ordinary file -----------------------------------------------------------------------------


def test_pipes_and_sockets_are_misplaced_and_stop_nothing(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put(zone, payments(1)).parent
    os.mkfifo(folder / "532501.csv")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(folder)  # the path of a socket has at most 107 bytes
        server.bind("532502.csv")
        assert [delivery.unit for delivery in ingest_all()] == [COUNTY]
    ((body,),) = rows_of(warehouse, "select body from ops.alert where kind = 'misplaced_files'")
    assert "532501.csv" in body
    assert "532502.csv" in body


def test_folders_in_each_other_or_closed_hide_no_file_of_others(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = put(zone, payments(1)).parent
    monkeypatch.chdir(day)
    for _ in range(1500):
        Path("a").mkdir()
        os.chdir("a")
    closed = zone / "employment" / "2024-05-01"
    closed.mkdir(parents=True)
    scandir = os.scandir

    def without_rights(folder: str) -> object:
        if folder == str(closed):
            raise PermissionError
        return scandir(folder)

    monkeypatch.setattr("os.scandir", without_rights)
    assert [delivery.unit for delivery in ingest_all()] == [COUNTY]
    for _ in range(1500):
        os.chdir("..")
        Path("a").rmdir()
    ((body,),) = rows_of(warehouse, "select body from ops.alert where kind = 'misplaced_files'")
    assert "无法打开这个文件夹" in body and "应放在 <表名>/<报表日期>/ 下" in body
    assert len(body.splitlines()) == 2


def test_a_sparse_file_of_two_gigabytes_is_refused_unread(
    warehouse: psycopg.Connection, zone: Path, warehouse_home: Home
) -> None:
    path = put(zone, "x")
    os.truncate(path, 2 << 30)
    before = sum(1 for _ in warehouse_home.archive.rglob("*.sealed"))
    started = time.monotonic()
    steps.ingest_county(COUNTY, DAY.isoformat())
    assert time.monotonic() - started < 10
    assert rows_of(warehouse, "select status, reason, understood ->> 'refusal' from ops.delivery") == [
        ("refused", "file_too_large", "超过 512 MB | more than 512 MB"),
    ]
    assert sum(1 for _ in warehouse_home.archive.rglob("*.sealed")) == before
    assert files.arrivals(DAY) == []


def test_a_task_scans_only_the_files_of_its_unit(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for county in (COUNTY, "532501", "532502"):
        put(zone, payments(1), f"{county}.csv")
    asked: list[str] = []
    stat = LandingZone.stat
    monkeypatch.setattr(LandingZone, "stat", lambda zone, path: asked.append(path) or stat(zone, path))
    steps.ingest_county("532501", DAY.isoformat())
    assert {Path(path).stem for path in asked} == {"532501"}


def test_an_archived_file_has_its_name_on_the_disk(
    warehouse: psycopg.Connection, zone: Path, warehouse_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(Path(f"/proc/self/fd/{fd}").readlink()) or fsync(fd))
    put(zone, payments(1, 2, 3, 4))
    (delivery,) = ingest_all()
    ((sha256,),) = rows_of(warehouse, "select encode(sha256, 'hex') from ops.delivery")
    assert warehouse_home.archive.resolve() / sha256[:2] in synced
    assert delivery.rows_landed == 4
