"""What `warehouse night` says at its end: what somebody has to act on, and where the files are."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest

from employment_warehouse import publication
from employment_warehouse.runtime.night_summary import LISTED, night_summary
from employment_warehouse.runtime.nights import Night
from employment_warehouse.settings import Home

DAY = date(2024, 5, 2)
DELIVERY = (
    "insert into ops.delivery"
    " (feed, unit, report_date, revision, kind, sha256, arrived_at, rows_read, rows_landed, rows_rejected, status,"
    " reason, build) values ('employment', %s, %s, 1, 'file', sha256('x'), now(), %s, %s, %s, %s, %s, %s)"
)


@pytest.fixture
def build(warehouse: psycopg.Connection) -> int:
    """A night in which a delivery is held, one is accepted but for three rows, one is refused, a file and a return
    workbook are not ingested, and nine are missing.
    """
    number = publication.start_build(DAY, "run")
    for unit, read, rejected, status, reason in (
        ("532528", 40, 0, "held", "volume.ratio"),
        ("532501", 1200, 3, "accepted", None),
        ("532502", 0, 0, "refused", "password_protected"),
    ):
        row = (unit, DAY, read, read - rejected, rejected, status, reason, None if status == "refused" else number)
        warehouse.execute(DELIVERY, row)
    warehouse.execute(
        "insert into ops.due select 'employment', county, %s, '2024-05-02 20:00+08'"
        " from unnest(ops.county_codes()) as county",
        (DAY,),
    )
    warehouse.execute(
        "insert into ops.intake_failure (night_on, feed, unit, path, reason) values"
        " (%(day)s, 'employment', '532503', 'a.csv', 'x'), (%(day)s, 'corrections', '532528', 'b.xlsx', 'x')",
        {"day": DAY},
    )
    return number


def test_a_night_ends_with_what_somebody_has_to_act_on(build: int, fresh_home: Home) -> None:
    folder = fresh_home.returns / "2024-05-02"
    folder.mkdir()
    (folder / "532501.xlsx").touch()
    *lines, files, last = night_summary(Night(DAY, "published", build, None), fresh_home)
    assert [line.partition("：")[0] for line in lines] == [
        "暂扣 held",
        "无法读取 refused",
        "退回 rejected",
        "入库失败（系统原因） not ingested (our fault)",
        "未报 missing",
    ]
    held, refused, rejected, failed, missing = lines
    assert "元阳县《务工就业台账》" in held
    assert "开远市" in refused
    assert rejected.startswith("退回 rejected：3 行") and "个旧市" in rejected
    assert failed.endswith("：2（蒙自市《务工就业台账》、元阳县《更正工作簿》）")
    assert missing.startswith("未报 missing：9（") and f"另有 {9 - LISTED} 项" in missing
    assert "蒙自市" not in missing
    assert files.endswith("returns/2024-05-02")
    assert "已发布 published" in last and f"第 {build} 号" in last


def test_a_night_that_was_not_begun_says_only_that(fresh_home: Home) -> None:
    assert night_summary(Night(DAY, "failed", None, None), fresh_home) == ["2024-05-02  未完成 failed"]


def test_what_could_not_be_read_is_named_until_it_is_replaced_and_what_was_held_is_judged_again(
    warehouse: psycopg.Connection, build: int, fresh_home: Home
) -> None:
    for unit in ("532528", "532502"):
        later = publication.start_build(DAY, f"after {unit}")
        held, refused = (
            [line for line in night_summary(Night(DAY, "failed", later, None), fresh_home) if line.startswith(kind)]
            for kind in ("暂扣", "无法读取")
        )
        assert (len(held), len(refused)) == (0, 1)
        warehouse.execute(
            DELIVERY.replace("%s, 1, 'file'", "%s, 2, 'file'"), (unit, DAY, 9, 9, 0, "landed", None, later)
        )
    assert not any(line.startswith("无法读取") for line in night_summary(Night(DAY, "failed", later, None), fresh_home))
