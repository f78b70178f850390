"""The process that has a workbook open: it never outlives its reader, and its end is reported as what it was."""

from __future__ import annotations

import gc
import signal
import time
from datetime import date
from pathlib import Path

import psutil
import psycopg
import pytest
import xlsxwriter

from employment_warehouse import landing
from employment_warehouse.reading import ReaderKilled, Refused, TextTable, read_tables, workbook_process
from employment_warehouse.runtime import steps

ROWS = 60_000  # two frames and more, each larger than the pipe between the two processes
COUNTY = "532528"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "large.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as made:
        sheet = made.add_worksheet()
        for row in range(ROWS):
            sheet.write_row(row, 0, ["名称", "地址"] if row == 0 else [f"示例第 {row} 号单位", "某某县某某镇某某村"])
    return path


def children() -> list[psutil.Process]:
    return [process for process in psutil.Process().children() if "workbook_child" in " ".join(process.cmdline())]


def read_to_second_frame(book: Path) -> tuple[TextTable, psutil.Process]:
    """A table whose process is sending the second frame and waits for its reader."""
    table = read_tables(book, None)
    next(table.frames)
    (child,) = children()
    time.sleep(1)
    return table, child


def test_a_table_that_is_dropped_unread_leaves_no_process(book: Path) -> None:
    before = set(psutil.Process().children())
    table = read_tables(book, None)
    assert table.header == ["名称", "地址"]
    del table
    gc.collect()
    assert set(psutil.Process().children()) == before


def test_a_table_that_is_dropped_half_read_leaves_no_process(book: Path) -> None:
    before = set(psutil.Process().children())
    table, _ = read_to_second_frame(book)
    del table, _
    gc.collect()
    assert set(psutil.Process().children()) == before


def test_announced_rows_that_never_arrive_are_a_time_out(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, child = read_to_second_frame(book)
    monkeypatch.setattr(workbook_process, "_SECONDS", 1)
    child.suspend()
    with pytest.raises(Refused) as refused:
        list(table.frames)
    assert refused.value.code == "workbook_timeout"
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_kill_from_outside_is_reported_as_such(book: Path) -> None:
    """The kernel does this when memory runs out."""
    table, child = read_to_second_frame(book)
    child.send_signal(signal.SIGKILL)
    with pytest.raises(ReaderKilled, match="内存不足"):
        list(table.frames)


def test_a_file_whose_reader_was_killed_is_our_failure_and_is_read_by_the_next_attempt(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No county gets the message that its workbook takes too long."""
    path = zone / "job_event" / "2024-05-01" / f"{COUNTY}.xlsx"
    path.parent.mkdir(parents=True)
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet().write_row(
            0, 0, ["活动编号", "类型", "日期", "用工单位数", "岗位数", "参与人数", "达成意向数"]
        )
    receive = workbook_process.WorkbookProcess.receive

    def killed(child: workbook_process.WorkbookProcess) -> object:
        child._process.kill()
        return receive(child)

    with monkeypatch.context() as out_of_memory:
        out_of_memory.setattr(workbook_process.WorkbookProcess, "receive", killed)
        with pytest.raises(landing.IngestFailed, match="内存不足"):
            steps.ingest_county(COUNTY, "2024-05-01")
    reason = "select reason from ops.intake_failure where path <> ''"
    assert "out of memory" in warehouse.execute(reason).fetchall()[0][0]
    assert warehouse.execute("select count(*) from ops.delivery").fetchall() == [(0,)]
    steps.ingest_county(COUNTY, "2024-05-01")
    assert warehouse.execute("select report_date, status from ops.delivery").fetchall() == [
        (date(2024, 5, 1), "landed")
    ]
