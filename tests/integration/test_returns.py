"""Rejected rows go back to the county as a workbook, and are sent back corrected: the whole way, on a real server."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from tests.kit import files
from tests.kit.files import COUNTY, DAY
from tests.kit.nights import accept, gated_night, publish, start_build
from tests.kit.people import id_number, token
from tests.kit.server import rows_of

from employment_warehouse import hr_platform, landing, publication, returns
from employment_warehouse.contract import contract_of, next_due
from employment_warehouse.database import connect
from employment_warehouse.landing import archive
from employment_warehouse.runtime import steps
from employment_warehouse.settings import TIMEZONE, Home

FEED = "public_post_payment"
SHEET = contract_of(FEED).title_zh
HEADER = "岗位编号,备注,证件号码,补贴月份,出勤天数,应发金额,实发金额"
NEXT = DAY + timedelta(days=1)
TICKS = count(1)
ingest_all = partial(files.ingest_all, DAY + timedelta(days=9), ("county", "correction"))


def payment(serial: int, *, person: str | None = None, days: str = "22", note: str = "", month: str = "2024-04") -> str:
    return f"P{serial},{note},{person or id_number(serial)},{month},{days},800,800"


BROKEN = payment(2, person="53252819600101")
EVENT_BROKEN = "活动编号,类型,日期,用工单位数,岗位数,参与人数,达成意向数\nE1,专场招聘会,2024-04-30,3,x,100,20\n"


def put(zone: Path, content: bytes, feed: str = FEED, name: str = f"{COUNTY}.csv", day: date = DAY) -> None:
    """A complete file, each one later than the last."""
    files.put(zone, content, name, feed=feed, day=day, minutes=next(TICKS))


def put_rows(zone: Path, *rows: str, **where: object) -> None:
    put(zone, "\n".join([HEADER, *rows, ""]).encode(), **where)  # type: ignore[arg-type]


def returned(day: date = DAY) -> openpyxl.Workbook:
    (path,) = returns.write_workbooks(day)
    return openpyxl.load_workbook(path)


def column(sheet: Worksheet, header: str) -> int:
    return [cell.value for cell in sheet[1]].index(header) + 1


def send_back(zone: Path, book: openpyxl.Workbook, name: str = f"{COUNTY}.xlsx", day: date = DAY) -> bytes:
    content = io.BytesIO()
    book.save(content)
    put(zone, content.getvalue(), "corrections", name, day)
    return content.getvalue()


def correct(book: openpyxl.Workbook, header: str, value: str, row: int = 2, sheet: str = SHEET) -> openpyxl.Workbook:
    book[sheet].cell(row, column(book[sheet], header)).value = value
    return book


def without_dates(book: openpyxl.Workbook) -> openpyxl.Workbook:
    """As a return workbook was before its rows named the date of their file."""
    for (cell,) in book[SHEET].iter_rows(min_row=2, max_col=1):
        cell.value = cell.value.removeprefix(f"{DAY}/")
    return book


def corrected(warehouse: psycopg.Connection) -> list[tuple]:  # type: ignore[type-arg]
    """(line, part of the delivery that corrected it) of every rejected cell."""
    return rows_of(
        warehouse,
        "select r.line, d.part from vault.rejected_row r left join ops.delivery d on d.delivery_id = r.corrected_by"
        " order by r.delivery_id, r.line",
    )


# --- the workbook -------------------------------------------------------------------------------------------


def test_a_rejected_row_is_returned_unchanged_with_its_broken_cell_explained(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    book = returned()
    assert book.sheetnames == ["说明", SHEET]
    sheet = book[SHEET]
    assert [cell.value for cell in sheet[1]] == ["文件", "行号", *HEADER.split(",")]
    assert [cell.value or "" for cell in sheet[2]] == [f"{DAY}/{COUNTY}.csv", "3", *BROKEN.split(",")]
    assert sheet.max_row == 2
    broken = sheet.cell(2, column(sheet, "证件号码"))
    commented = [cell.coordinate for row in sheet for cell in row if cell.comment]
    assert commented == [broken.coordinate]
    assert "问题：" in broken.comment.text and "示例：532528199001010009" in broken.comment.text
    filled = [cell.column for cell in sheet[2] if cell.fill.fgColor.rgb == broken.fill.fgColor.rgb]
    assert filled == [broken.column]


def test_an_example_is_of_the_county_that_is_to_correct_it(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, f"县市代码,{HEADER}\n532501,{payment(1)}\n".encode())
    ingest_all()
    sheet = returned()[SHEET]
    assert f"示例：{COUNTY}\n" in sheet.cell(2, column(sheet, "县市代码")).comment.text


def test_every_cell_is_text_and_nothing_is_hidden(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, BROKEN)
    ingest_all()
    sheet = returned()[SHEET]
    assert {cell.number_format for row in sheet for cell in row} == {"@"}
    assert {cell.data_type for cell in sheet[2]} <= {"s", "n"} and not any(
        isinstance(cell.value, int | float) for cell in sheet[2]
    )
    assert sheet.freeze_panes == "C2"
    dimensions = (*sheet.column_dimensions.values(), *sheet.row_dimensions.values())
    assert not any(dimension.hidden for dimension in dimensions)
    assert sheet.sheet_state == "visible"


def test_several_broken_cells_of_a_row_are_one_row(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(2, person="123", days="many"))
    ingest_all()
    sheet = returned()[SHEET]
    assert sheet.max_row == 2
    assert {cell.column for cell in sheet[2] if cell.comment} == {column(sheet, "证件号码"), column(sheet, "出勤天数")}


def test_the_first_sheet_has_instructions(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(1), BROKEN)
    put(zone, b"\x00\x01nothing", "workshop")
    ingest_all()
    texts = [str(cell.value) for row in returned()["说明"] for cell in row if cell.value]
    assert any("元阳县" in text for text in texts)
    assert any("共退回 1 行" in text for text in texts)
    assert any(f"corrections/{DAY}/{COUNTY}.xlsx" in text for text in texts)
    due_at = next_due(contract_of("public_post_payment"), datetime.now(TIMEZONE), None)
    assert due_at and f"{due_at:%Y-%m-%d %H:%M}" in texts  # it lies ahead, however old the report date is
    assert "就业帮扶车间台账" in texts
    assert any("自己的台账也要照改" in text for text in texts)


def test_a_workbook_of_a_refused_file_speaks_of_no_coloured_cells(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, b"\x00\x01nothing", "workshop")
    ingest_all()
    texts = [str(cell.value) for row in returned()["说明"] for cell in row if cell.value]
    assert any("整份未入库" in text for text in texts)
    assert not any("涂色" in text for text in texts)


def notes(book: openpyxl.Workbook) -> list[list[str]]:
    """The rows of the first sheet."""
    return [[str(cell.value) for cell in row if cell.value] for row in book["说明"]]


def test_repeated_rows_have_no_deadline_and_are_counted_apart(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(1, days="10"), payment(1, days="20"), BROKEN)
    ingest_all()
    rows = notes(returned())
    assert any("共退回 2 行（其中 1 行重复，不须更正），涉及 1 张表" in row[0] for row in rows if row)
    [(_, _, deadline, *_), (_, _, none, remark)] = [row for row in rows if row and row[0].startswith(SHEET)]
    assert (deadline == "—", none) == (False, "—")
    assert remark.endswith(f"填错的，改好后移到“{SHEET}”")


def test_a_workbook_of_repeated_rows_alone_asks_for_no_correction(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(1, days="10"), payment(1, days="20"))
    ingest_all()
    rows = notes(returned())
    texts = "\n".join(text for row in rows for text in row)
    assert not any(words in texts for words in ("怎样更正", "涂色", "移到", "corrections/"))
    [(_, _, deadline, remark)] = [row for row in rows if row and row[0].startswith(SHEET)]
    assert (deadline, remark.endswith("填错的，改好后整份重报")) == ("—", True)


def test_codes_are_offered_as_drop_downs(warehouse: psycopg.Connection, zone: Path) -> None:
    header = "车间编号,车间名称,乡镇代码,认定日期,状态,吸纳就业人数,吸纳脱贫人口数"
    put(zone, f"{header}\nW1,甲,532528100,2024-01-01,关门,3,1\n".encode(), "workshop")
    ingest_all()
    sheet = returned()["就业帮扶车间台账"]
    (rule,) = sheet.data_validations.dataValidation
    assert "在营" in rule.formula1
    assert str(rule.sqref).startswith(sheet.cell(2, column(sheet, "状态")).column_letter)


def test_a_row_that_could_not_be_cut_gets_all_columns_to_fill_in(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(1), payment(2) + ",one,two,three")
    ingest_all()
    book = returned()
    sheet = book[SHEET]
    assert "整行" in [cell.value for cell in sheet[1]]
    amounts = {"出勤天数": "22", "应发金额": "1", "实发金额": "1"}
    for header, value in {"岗位编号": "P2", "身份证号": id_number(2), "补贴月份": "2024-04", **amounts}.items():
        correct(book, header, value)
    send_back(zone, book)
    (correction,) = ingest_all()
    assert (correction.rows_landed, correction.rows_rejected) == (1, 0)
    assert corrected(warehouse) == [(3, correction.part)]


def test_files_with_other_headers_share_a_sheet_and_all_land(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, BROKEN)
    other = HEADER.replace("证件号码", "身份证号*").replace("岗位编号,备注", "备注,岗位编号")
    put(zone, f"{other}\n,P3,{id_number(3)},2024-04,many,800,800\n".encode(), name=f"{COUNTY}_2.csv")
    ingest_all()
    book = correct(returned(), "证件号码", id_number(2))
    send_back(zone, correct(book, "出勤天数", "21", row=3))
    (correction,) = ingest_all()
    assert (correction.rows_landed, correction.rows_rejected) == (2, 0)
    assert returns.write_workbooks(DAY) == []


def test_columns_whose_names_have_marks_are_returned_once_and_land(warehouse: psycopg.Connection, zone: Path) -> None:
    marked = "1、岗位编号,备注,★证件号码,【必填】补贴月份,出勤天数②,应发金额/元,实发金额："
    put(zone, f"{marked}\n{BROKEN}\n".encode())
    other = "岗位编号 Post No,备注,[必填]身份证号,补贴月份；,第5列 出勤天数,应发金额（元，必填）,*实发金额*"
    put(zone, f"{other}\n{payment(3, days='many')}\n".encode(), name=f"{COUNTY}_2.csv")
    ingest_all()
    book = returned()
    assert [cell.value for cell in book[SHEET][1]] == ["文件", "行号", *marked.split(",")]
    commented = [cell.coordinate for row in book[SHEET] for cell in row if cell.comment]
    assert commented == ["E2", "G3"]
    book = correct(book, "★证件号码", id_number(2))
    send_back(zone, correct(book, "出勤天数②", "21", row=3))
    (correction,) = ingest_all()
    assert (correction.rows_landed, correction.rows_rejected) == (2, 0)
    assert returns.write_workbooks(DAY) == []


HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(1+1)", "-2+3", "'=1+1", '=HYPERLINK("http://x")', "\t=1+1"]


@pytest.mark.quick
def test_no_cell_starts_a_formula(warehouse: psycopg.Connection, zone: Path) -> None:
    rows = ['"{}",{}'.format(text.replace('"', '""'), BROKEN.split(",", 1)[1]) for text in HOSTILE]
    put_rows(zone, *rows)
    ingest_all()
    (path,) = returns.write_workbooks(DAY)
    with zipfile.ZipFile(path) as parts:
        assert not [name for name in parts.namelist() if "vba" in name or "external" in name]
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in parts.read(name) and b"hyperlink" not in parts.read(name)
    sheet = openpyxl.load_workbook(path)[SHEET]
    posts = sheet[sheet.cell(1, column(sheet, "岗位编号")).column_letter][1:]
    assert [cell.data_type for cell in posts] == ["s"] * len(HOSTILE)
    assert [cell.value for cell in posts] == [text.strip() for text in HOSTILE]


def test_the_file_is_its_owners_alone_and_is_removed_when_all_is_corrected(
    warehouse: psycopg.Connection, zone: Path, warehouse_home: Home
) -> None:
    put_rows(zone, BROKEN)
    ingest_all()
    (path,) = returns.write_workbooks(DAY)
    assert path == warehouse_home.returns / DAY.isoformat() / f"{COUNTY}.xlsx"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    put_rows(zone, payment(2))
    ingest_all()
    assert returns.write_workbooks(DAY) == []
    assert not path.exists()


# --- and back -----------------------------------------------------------------------------------------------


@pytest.mark.quick
def test_a_corrected_row_lands_and_is_marked(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(1), BROKEN, payment(3, days="many"))
    ingest_all()
    send_back(zone, correct(returned(), "证件号码", id_number(2)))
    (correction,) = ingest_all()
    assert (correction.feed, correction.unit, correction.report_date) == (FEED, COUNTY, DAY)
    assert (correction.kind, correction.rows_landed, correction.rows_rejected) == ("correction", 1, 1)
    assert rows_of(warehouse, "select post_no from landing.public_post_payment order by 1") == [("P1",), ("P2",)]
    assert corrected(warehouse)[:2] == [(3, correction.part), (4, None)]
    sheet = returned()[SHEET]
    assert [cell.value for cell in sheet["B"]] == ["行号", "4"]
    assert [cell.value for cell in sheet["A"]] == ["文件", f"{DAY}/{COUNTY}.csv"]
    assert "many" in [cell.value for cell in sheet[2]]


def test_the_same_workbook_twice_loads_nothing(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, BROKEN)
    ingest_all()
    content = send_back(zone, correct(returned(), "证件号码", id_number(2)))
    assert len(ingest_all()) == 1
    put(zone, content, "corrections", f"{COUNTY}.xlsx")
    assert ingest_all() == []
    assert files.arrivals(DAY, "correction") == []
    assert rows_of(warehouse, "select count(*) from ops.delivery") == [(2,)]


def test_a_second_workbook_under_the_same_name_merges_and_replaces_nothing(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put_rows(zone, payment(1), BROKEN, payment(3, days="many"))
    ingest_all()
    send_back(zone, correct(returned(), "证件号码", id_number(2)))
    (first,) = ingest_all()
    send_back(zone, correct(returned(), "出勤天数", "20"))
    (second,) = ingest_all()
    base = rows_of(warehouse, "select part from ops.delivery where kind = 'file'")[0][0]
    assert sorted([second.part, first.part, base]) == [base, first.part, second.part]
    assert {tuple(row) for row in corrected(warehouse)[:2]} == {(3, first.part), (4, second.part)}
    assert returns.write_workbooks(DAY) == []


def test_a_row_that_is_still_broken_is_returned_as_the_county_left_it(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put_rows(zone, BROKEN)
    ingest_all()
    send_back(zone, correct(returned(), "证件号码", "5325281960"))
    ingest_all()
    book = returned()
    sheet = book[SHEET]
    assert sheet.max_row == 2
    assert (sheet["A2"].value, sheet["B2"].value) == (f"{DAY}/{COUNTY}.csv", "2")
    assert sheet.cell(2, column(sheet, "证件号码")).value == "5325281960"
    send_back(zone, correct(book, "证件号码", id_number(2)))
    ingest_all()
    assert returns.write_workbooks(DAY) == []


def test_a_repeated_row_is_shown_apart_and_not_read_back(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(1, days="10"), payment(1, days="20"), BROKEN)
    ingest_all()
    book = returned()
    assert book.sheetnames == ["说明", SHEET, f"{SHEET}（重复）"]
    send_back(zone, correct(book, "证件号码", id_number(2)))
    ingest_all()
    days = rows_of(warehouse, "select post_no, days_present from landing.public_post_payment order by 1")
    assert days == [("P1", 20), ("P2", 22)]


def test_all_sheets_of_a_workbook_land_together_or_not_at_all(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(zone, EVENT_BROKEN.encode(), "job_event")
    put_rows(zone, BROKEN)
    ingest_all()
    book = correct(returned(), "证件号码", id_number(2))
    send_back(zone, correct(book, "岗位数", "50", sheet=contract_of("job_event").title_zh))
    warehouse.execute(
        "create function public.no() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;"
        "create trigger no before insert on landing.public_post_payment for each row execute function public.no()"
    )
    with pytest.raises(landing.IngestFailed):
        ingest_all()
    assert rows_of(warehouse, "select count(*) from ops.delivery where kind = 'correction'") == [(0,)]
    assert rows_of(warehouse, "select count(*) from landing.job_event") == [(0,)]
    warehouse.execute("drop trigger no on landing.public_post_payment")
    assert sorted(delivery.feed for delivery in ingest_all()) == ["job_event", FEED]
    assert returns.write_workbooks(DAY) == []


def test_a_correction_waits_for_the_report_that_it_corrects(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, BROKEN)
    ingest_all()
    send_back(zone, correct(without_dates(returned()), "证件号码", id_number(2)), day=NEXT)
    assert ingest_all() == []
    assert rows_of(warehouse, "select kind, unit from ops.alert") == [("correction_waits", COUNTY)]
    put_rows(zone, payment(1), day=NEXT)
    assert [(d.kind, d.status, d.rows_landed) for d in ingest_all()] == [
        ("file", "landed", 1),
        ("correction", "landed", 1),
    ]
    assert ingest_all() == []


def test_a_correction_of_a_held_report_waits_until_it_is_released(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    book = correct(returned(), "证件号码", id_number(2))
    warehouse.execute("select ops.start_build(%s, 'x')", (DAY,))
    warehouse.execute("update ops.delivery set status = 'held', build = (select max(build) from ops.build)")
    send_back(zone, book)
    assert ingest_all() == []
    warehouse.execute("update ops.delivery set status = 'landed', build = null")
    assert [delivery.status for delivery in ingest_all()] == ["landed"]
    assert corrected(warehouse) == [(3, "～001")]


@pytest.mark.parametrize("sent", ["before", "after"])
def test_a_correction_does_not_wait_for_a_report_that_was_withdrawn(
    warehouse: psycopg.Connection, zone: Path, sent: str
) -> None:
    """Neither one that was sent before the wrong report nor one sent after it: that of before is in force."""
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    publish_accepted(warehouse)
    book = correct(returned(), "证件号码", id_number(2))
    if sent == "before":
        send_back(zone, book)
    put_rows(zone, payment(9))
    (wrong,) = files.ingest_all(DAY, ("county",))
    second = publish_accepted(warehouse)
    publication.roll_back(second, [wrong.delivery_id], "last year's file")
    if sent == "after":
        send_back(zone, book)
    assert [(d.kind, d.status, d.rows_landed) for d in ingest_all()] == [("correction", "landed", 1)]
    assert rows_of(warehouse, "select kind from ops.alert") == []
    assert corrected(warehouse) == [(3, "～001")]


def test_a_correction_that_was_withdrawn_is_not_taken_again(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    publish_accepted(warehouse)
    book = correct(returned(), "证件号码", id_number(2))
    send_back(zone, book)
    (wrong,) = ingest_all()
    second = publish_accepted(warehouse)
    publication.roll_back(second, [wrong.delivery_id], "not this person")
    (again,) = (zone / "corrections" / str(DAY)).iterdir()
    put(zone, again.read_bytes(), "corrections", again.name)
    assert ingest_all() == []
    assert corrected(warehouse) == [(3, None)]
    assert returned()[SHEET].cell(2, 2).value == "3"


def give_back(warehouse: psycopg.Connection, zone: Path) -> openpyxl.Workbook:
    """A file, and a correction of it that a wrong file replaced: both count again since that was withdrawn. The
    workbook that was sent.
    """
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    book = correct(returned(), "证件号码", id_number(2))
    send_back(zone, book)
    ingest_all()
    publish_accepted(warehouse)
    put_rows(zone, payment(9))
    (wrong,) = files.ingest_all(DAY, ("county",))
    assert corrected(warehouse) == [(3, None)]
    second = publish_accepted(warehouse)
    assert landing.purge() > 0
    publication.roll_back(second, [wrong.delivery_id], "last year's file")
    landing.restore_offered(publication.start_build(DAY, "again"), hr_platform.read_archived)
    return book


def test_what_a_withdrawn_file_had_replaced_counts_again(warehouse: psycopg.Connection, zone: Path) -> None:
    give_back(warehouse, zone)
    assert corrected(warehouse) == [(3, "～001")]


@pytest.mark.parametrize("again", [[payment(1), payment(2).replace("800,800", "650,650")], [payment(1)]])
def test_a_later_whole_file_replaces_a_correction_that_was_given_back(
    warehouse: psycopg.Connection, zone: Path, again: list[str]
) -> None:
    give_back(warehouse, zone)
    put_rows(zone, *again)
    ingest_all()
    assert standing_rows(warehouse) == [("P1", 800), ("P2", 650)][: len(again)]
    assert corrected(warehouse) == [(3, None)]


def test_a_workbook_replaces_a_correction_that_was_given_back(warehouse: psycopg.Connection, zone: Path) -> None:
    book = give_back(warehouse, zone)
    send_back(zone, correct(correct(book, "岗位编号", "P3"), "证件号码", id_number(3)))
    ingest_all()
    assert standing_rows(warehouse) == [("P1", 800), ("P3", 800)]
    assert corrected(warehouse) == [(3, "～002")]


@pytest.mark.parametrize("sent", ["with it", "since", "after the rollback", "and replaced"])
def test_with_a_withdrawn_file_go_the_corrections_of_its_rows(
    warehouse: psycopg.Connection, zone: Path, sent: str
) -> None:
    """Whether a night has accepted them or not; and none is taken that comes later."""
    put_rows(zone, payment(1))
    ingest_all()
    first = publish_accepted(warehouse)
    put_rows(zone, payment(9), BROKEN)
    wrong = [delivery.delivery_id for delivery in ingest_all()]
    book = correct(returned(), "证件号码", id_number(2))
    second = publish_accepted(warehouse) if sent != "with it" else first + 1
    if sent != "after the rollback":
        send_back(zone, book)
        assert [delivery.kind for delivery in ingest_all()] == ["correction"]
    if sent == "and replaced":
        put_rows(zone, payment(8))
        wrong += [delivery.delivery_id for delivery in ingest_all()]
    if sent in ("with it", "and replaced"):
        publish_accepted(warehouse)
    publication.roll_back(second, wrong, "last year's file")
    if sent == "after the rollback":
        send_back(zone, book)
        assert [(delivery.kind, delivery.reason) for delivery in ingest_all()] == [("correction", "file_withdrawn")]
    assert standing_rows(warehouse) == [("P1", 800)]
    assert corrected(warehouse) == [(3, None)]
    ((said,),) = rows_of(warehouse, "select subject from ops.act where kind = 'roll_back'")
    gone = "select delivery_id::text from ops.delivery where status = 'withdrawn' and kind <> 'withdrawn'"
    assert {(number,) for number in said.rpartition(": ")[2].split(", ")} == set(rows_of(warehouse, gone))


def test_a_correction_of_the_file_before_outlives_a_withdrawn_one(warehouse: psycopg.Connection, zone: Path) -> None:
    """It was sent while the wrong file counted, and names the rows of the one before."""
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    publish_accepted(warehouse)
    book = correct(returned(), "证件号码", id_number(2))
    put_rows(zone, payment(9))
    (wrong,) = ingest_all()
    send_back(zone, book)
    ingest_all()
    publication.roll_back(publish_accepted(warehouse), [wrong.delivery_id], "last year's file")
    assert standing_rows(warehouse) == [("P1", 800), ("P2", 800)]
    assert corrected(warehouse) == [(3, "～001")]


def test_a_correction_outlives_a_withdrawn_file_of_another_part(warehouse: psycopg.Connection, zone: Path) -> None:
    """Also once its rows are purged."""
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    publish_accepted(warehouse)
    put_rows(zone, payment(9), name=f"{COUNTY}_2.csv")
    (wrong,) = ingest_all()
    send_back(zone, correct(returned(), "证件号码", id_number(2)))
    ingest_all()
    publish_and_purge(warehouse, zone)
    publication.roll_back(2, [wrong.delivery_id], "another county's")
    landing.restore_offered(start_build(DAY + timedelta(days=1)), hr_platform.read_archived)
    assert standing_rows(warehouse) == [("P1", 800), ("P2", 800)]
    assert corrected(warehouse) == [(3, "～001")]


@pytest.mark.parametrize("ends", ["sent again", "purged and sent again", "rolled back"])
def test_a_row_that_another_correction_names_too_stays_corrected(
    warehouse: psycopg.Connection, zone: Path, ends: str
) -> None:
    put_rows(zone, payment(1), BROKEN)
    put_rows(zone, payment(7, days="many"), payment(8, days="many"), name=f"{COUNTY}_2.csv")
    ingest_all()
    publish_accepted(warehouse)
    books = [returned(), returned()]
    assert [row[:2] for row in books[0][SHEET].iter_rows(min_row=2, values_only=True)] == [
        (f"{DAY}/{COUNTY}.csv", "3"), (f"{DAY}/{COUNTY}_2.csv", "2"), (f"{DAY}/{COUNTY}_2.csv", "3"),
    ]  # fmt: skip
    correct(correct(books[0], "证件号码", id_number(2)), "出勤天数", "20", row=3)[SHEET].delete_rows(4)
    correct(correct(books[1], "出勤天数", "21", row=3), "出勤天数", "20", row=4)[SHEET].delete_rows(2)
    first = None
    for book in books:
        send_back(zone, book)
        (delivery,) = ingest_all()
        first = first or delivery.delivery_id
    assert corrected(warehouse) == [(3, "～001"), (2, "～001"), (3, "～002")]
    if ends == "purged and sent again":
        publish_and_purge(warehouse, zone)
    if ends == "rolled back":
        publication.roll_back(publish_accepted(warehouse), [first or 0], "not this person")
        landing.restore_offered(start_build(DAY), hr_platform.read_archived)
    else:
        put_rows(zone, payment(1))
        ingest_all()
    assert corrected(warehouse) == [(3, None), (2, "～002"), (3, "～002")]


def test_a_removal_that_was_withdrawn_is_not_found_again(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(1))
    put_rows(zone, payment(2), name=f"{COUNTY}_2.csv")
    ingest_all()
    publish_accepted(warehouse)
    (zone / FEED / str(DAY) / f"{COUNTY}_2.csv").unlink()
    files.ingest_all(DAY, ("county",))
    assert standing_rows(warehouse) == [("P1", 800)]
    second = publish_accepted(warehouse)
    ((removal,),) = rows_of(warehouse, "select delivery_id from ops.delivery where kind = 'withdrawn'")
    publication.roll_back(second, [removal], "deleted by mistake")
    files.ingest_all(DAY, ("county",))
    assert standing_rows(warehouse) == [("P1", 800), ("P2", 800)]
    put(zone, b"", name=f"{COUNTY}_2.nil")
    ingest_all()
    assert standing_rows(warehouse) == [("P1", 800)]
    put_rows(zone, payment(2).replace("800,800", "650,650"), name=f"{COUNTY}_2.csv")
    ingest_all()
    assert standing_rows(warehouse) == [("P1", 800), ("P2", 650)]


def remove(zone: Path, *parts: str) -> None:
    for part in parts:
        (zone / FEED / str(DAY) / f"{COUNTY}_{part}.csv").unlink()


def accept_parts_then_whole(warehouse: psycopg.Connection, zone: Path) -> tuple[int, int]:
    """Two parts; then a wrong whole file instead of them: its publication and its number."""
    for serial in (1, 2):
        put_rows(zone, payment(serial), name=f"{COUNTY}_{serial}.csv")
    ingest_all()
    publish_accepted(warehouse)
    remove(zone, "1", "2")
    put_rows(zone, payment(9))
    (delivery,) = files.ingest_all(DAY, ("county",))
    assert standing_rows(warehouse) == [("P9", 800)]
    return publish_accepted(warehouse), delivery.delivery_id


def test_parts_that_a_withdrawn_whole_file_had_replaced_count_again_until_the_next(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    second, wrong = accept_parts_then_whole(warehouse, zone)
    publication.roll_back(second, [wrong], "last year's file")
    assert standing_rows(warehouse) == [("P1", 800), ("P2", 800)]
    put_rows(zone, payment(9))  # the same once more: it is not used
    files.ingest_all(DAY, ("county",))
    assert standing_rows(warehouse) == [("P1", 800), ("P2", 800)]
    put_rows(zone, payment(1).replace("800,800", "650,650"))
    files.ingest_all(DAY, ("county",))
    assert standing_rows(warehouse) == [("P1", 650)]


def test_a_part_that_a_withdrawn_file_of_an_old_date_had_replaced_counts_again(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    """The first was sent again as a whole, and wrong: of the date before it counts again, with the second."""
    later = DAY + timedelta(days=5)
    put_rows(zone, payment(1))
    put_rows(zone, payment(2), name=f"{COUNTY}_2.csv")
    ingest_all()
    publish_accepted(warehouse)
    remove(zone, "2")
    put_rows(zone, payment(9))
    (wrong,) = files.ingest_all(later, ("county",))
    assert standing_rows(warehouse) == [("P9", 800)]
    publication.roll_back(publish_accepted(warehouse, later), [wrong.delivery_id], "last year's file")
    assert files.ingest_all(later, ("county",)) == []
    assert standing_rows(warehouse) == [("P1", 800), ("P2", 800)]


def test_parts_stay_removed_where_a_right_file_has_replaced_them_since(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    second, wrong = accept_parts_then_whole(warehouse, zone)
    put_rows(zone, payment(8))
    ingest_all()
    publish_accepted(warehouse)
    publication.roll_back(second, [wrong], "last year's file")
    assert standing_rows(warehouse) == [("P8", 800)]


def test_a_removal_before_the_wrong_file_stays(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(1))
    put_rows(zone, payment(2), name=f"{COUNTY}_2.csv")
    ingest_all()
    publish_accepted(warehouse)
    remove(zone, "2")
    files.ingest_all(DAY, ("county",))
    second = publish_accepted(warehouse)
    put_rows(zone, payment(9), name=f"{COUNTY}_3.csv")
    (wrong,) = files.ingest_all(DAY, ("county",))
    publish_accepted(warehouse)
    publication.roll_back(second, [wrong.delivery_id], "last year's file")
    assert standing_rows(warehouse) == [("P1", 800)]


def test_a_correction_is_not_given_back_where_a_right_file_has_replaced_it_since(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    send_back(zone, correct(returned(), "证件号码", id_number(2)))
    ingest_all()
    publish_accepted(warehouse)
    put_rows(zone, payment(9))
    (wrong,) = files.ingest_all(DAY, ("county",))
    second = publish_accepted(warehouse)
    put_rows(zone, payment(1))
    files.ingest_all(DAY, ("county",))
    publish_accepted(warehouse)
    publication.roll_back(second, [wrong.delivery_id], "last year's file")
    assert standing_rows(warehouse) == [("P1", 800)]


@pytest.mark.parametrize("lost", ["before the next night", "later"])
def test_a_correction_that_counts_again_stops_no_night(warehouse: psycopg.Connection, zone: Path, lost: str) -> None:
    """Its rows are read from the archive for the first night after the rollback alone, and it goes on without them."""
    put_rows(zone, payment(1), BROKEN, payment(3, days="many"))  # the last of which nobody ever corrects
    ingest_all()
    content = send_back(zone, correct(returned(), "证件号码", id_number(2)))
    ingest_all()
    publish_accepted(warehouse)
    put_rows(zone, payment(9))
    (wrong,) = files.ingest_all(DAY, ("county",))
    second = publish_accepted(warehouse)
    assert landing.purge() > 0
    publication.roll_back(second, [wrong.delivery_id], "last year's file")
    if lost == "before the next night":
        archive.remove(hashlib.sha256(content).digest())
    landing.restore_offered(start_build(DAY), hr_platform.read_archived)
    assert corrected(warehouse)[:2] == [(3, "～001" if lost == "later" else None), (4, None)]
    warehouse.execute("update ops.build set status = 'abandoned' where status = 'building'")
    put_rows(zone, payment(1), day=DAY + timedelta(days=1))
    ingest_all()
    publish_accepted(warehouse, DAY + timedelta(days=1))
    landing.purge()
    archive.remove(hashlib.sha256(content).digest())
    assert landing.restore_offered(start_build(DAY + timedelta(days=2)), hr_platform.read_archived) == 0
    assert rows_of(warehouse, "select purged_at is null from ops.delivery where part = '～001' and revision = 1") == [
        (False,)
    ]


def test_a_correction_that_cannot_be_restored_is_withdrawn(warehouse: psycopg.Connection, zone: Path) -> None:
    """After a night in which its submission is held: the rows that it had corrected are open again."""
    later = DAY + timedelta(days=1)
    put_rows(zone, BROKEN, *map(payment, range(3, 43)))
    assert gated_night(DAY) == ()
    content = send_back(zone, correct(returned(), "证件号码", id_number(2)))
    ingest_all()
    assert gated_night(DAY) == ()
    put_rows(zone, *map(payment, range(2, 43)), day=later)
    assert gated_night(later) == ()
    assert corrected(warehouse) == [(2, "～001")]
    publication.roll_back(1, [], "a wrong formula")
    archive.remove(hashlib.sha256(content).digest())
    (zone / "corrections" / str(DAY) / f"{COUNTY}.xlsx").unlink()
    assert gated_night(later) == (1, 2)
    assert corrected(warehouse) == [(2, None)]
    assert gated_night(later) == ()
    in_force = "select kind, status from ops.part_in_force where report_date = %s order by part"
    assert rows_of(warehouse, in_force, DAY) == [("file", "accepted"), ("withdrawn", "accepted")]


def publish_accepted(warehouse: psycopg.Connection, day: date = DAY) -> int:
    """A night that accepts every delivery."""
    build = start_build(day)
    accept(warehouse, build)
    return publish(build)


def test_other_sheets_do_not_wait_for_one_that_has_to(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, BROKEN)
    put(zone, EVENT_BROKEN.encode(), "job_event")
    ingest_all()
    book = correct(returned(), "证件号码", id_number(2))
    correct(book, "岗位数", "50", sheet=contract_of("job_event").title_zh)
    warehouse.execute("update ops.delivery set status = 'refused', reason = 'x' where feed = 'job_event'")
    send_back(zone, book)
    assert [delivery.feed for delivery in ingest_all()] == [FEED]
    assert ingest_all() == []
    warehouse.execute("update ops.delivery set status = 'landed', reason = null where feed = 'job_event'")
    assert [delivery.feed for delivery in ingest_all()] == ["job_event"]


def standing_rows(warehouse: psycopg.Connection) -> list[tuple]:  # type: ignore[type-arg]
    """(post, amount paid) of what each part of the report is now."""
    return rows_of(
        warehouse,
        "select post_no, amount_paid::integer from landing.public_post_payment where delivery_id in"
        " (select distinct on (part) delivery_id from ops.delivery where status in ('landed', 'accepted')"
        "  and report_date = %s order by part, revision desc) order by 1, 2",
        DAY,
    )


@pytest.mark.parametrize(
    ("again", "stands"),
    [
        ([payment(1), payment(2).replace("800,800", "650,650")], [("P1", 800), ("P2", 650)]),
        ([payment(1)], [("P1", 800)]),
    ],
)
def test_a_later_whole_file_replaces_corrections(
    warehouse: psycopg.Connection, zone: Path, again: list[str], stands: list[tuple[str, int]]
) -> None:
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    send_back(zone, correct(returned(), "证件号码", id_number(2)))
    ingest_all()
    assert standing_rows(warehouse) == [("P1", 800), ("P2", 800)]
    put_rows(zone, *again)
    ingest_all()
    assert standing_rows(warehouse) == stands
    assert corrected(warehouse) == [(3, None)]


def publish_and_purge(warehouse: psycopg.Connection, zone: Path) -> None:
    """What was sent is published, then replaced by the list of the day after, and purged."""
    publish_accepted(warehouse)
    put_rows(zone, payment(1), day=DAY + timedelta(days=1))
    ingest_all()
    publish_accepted(warehouse, DAY + timedelta(days=1))
    assert landing.purge() > 0


@pytest.mark.parametrize("is_purged", [False, True])
def test_a_part_sent_again_replaces_only_its_own_corrections(
    warehouse: psycopg.Connection, zone: Path, is_purged: bool
) -> None:
    put_rows(zone, payment(1), BROKEN)
    put_rows(zone, payment(7), name=f"{COUNTY}_2.csv")
    ingest_all()
    book = correct(returned(), "证件号码", id_number(2))
    send_back(zone, book)
    if is_purged:
        ingest_all()
        publish_and_purge(warehouse, zone)
    put_rows(zone, payment(7).replace("800,800", "700,700"), name=f"{COUNTY}_2.csv")  # in the same night
    ingest_all()
    assert standing_rows(warehouse) == [("P1", 800), ("P2", 800), ("P7", 700)]
    put_rows(zone, payment(7), name=f"{COUNTY}_2.csv")
    ingest_all()
    assert standing_rows(warehouse) == [("P1", 800), ("P2", 800), ("P7", 800)]
    put_rows(zone, payment(1))
    ingest_all()
    assert standing_rows(warehouse) == [("P1", 800), ("P7", 800)]


@pytest.mark.parametrize("night", ["between", "after both"])
@pytest.mark.parametrize("other", ["is there", "was removed"])
def test_a_part_that_is_sent_after_a_correction_of_it_counts_whenever_they_are_read(
    warehouse: psycopg.Connection, zone: Path, other: str, night: str
) -> None:
    put_rows(zone, payment(1), BROKEN)
    put_rows(zone, payment(7), name=f"{COUNTY}_2.csv")
    ingest_all()
    if other == "was removed":
        (zone / FEED / str(DAY) / f"{COUNTY}_2.csv").unlink()
        files.ingest_all(DAY, ("county",))
    send_back(zone, correct(returned(), "证件号码", id_number(2)))
    if night == "between":
        ingest_all()
    put_rows(zone, payment(1), payment(2).replace("800,800", "650,650"))
    ingest_all()
    assert standing_rows(warehouse) == [("P1", 800), ("P2", 650), ("P7", 800)][: 3 if other == "is there" else 2]
    assert corrected(warehouse) == [(3, None)]


def test_a_row_that_was_added_goes_with_the_file_also_once_it_is_corrected(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put_rows(zone, payment(1), payment(2, days="many"))
    ingest_all()
    book = returned()
    book[SHEET].append(["", "", *payment(3, days="many").split(",")])
    send_back(zone, correct(book, "出勤天数", "20"))
    ingest_all()
    send_back(zone, correct(returned(), "出勤天数", "21"))
    ingest_all()
    assert standing_rows(warehouse) == [("P1", 800), ("P2", 800), ("P3", 800)]
    put_rows(zone, payment(1))
    ingest_all()
    assert standing_rows(warehouse) == [("P1", 800)]


def test_a_workbook_of_which_a_sheet_waits_is_applied_once(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, BROKEN)
    put(zone, EVENT_BROKEN.encode(), "job_event")
    ingest_all()
    first = correct(returned(), "证件号码", id_number(3))
    warehouse.execute("update ops.delivery set status = 'refused', reason = 'x' where feed = 'job_event'")
    send_back(zone, first, name=f"{COUNTY}_1.xlsx")
    ingest_all()
    send_back(zone, correct(first, "证件号码", id_number(2)), name=f"{COUNTY}_2.xlsx")
    for _ in range(2):
        ingest_all()
    assert rows_of(
        warehouse, "select part, kind from ops.delivery where kind in ('correction', 'withdrawn') order by delivery_id"
    ) == [("～001", "correction"), ("～002", "correction"), ("～001", "withdrawn")]


def test_a_later_nil_return_replaces_a_correction(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    send_back(zone, correct(returned(), "证件号码", id_number(2)))
    ingest_all()
    put(zone, b"", name=f"{COUNTY}.nil")
    ingest_all()
    assert standing_rows(warehouse) == []


def test_a_correction_older_than_the_whole_file_is_refused(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    book = correct(returned(), "证件号码", id_number(2))
    send_back(zone, book)  # and before anybody looks:
    put_rows(zone, payment(1))
    assert [(d.kind, d.reason) for d in ingest_all()] == [("file", None), ("correction", "replaced_since")]
    assert standing_rows(warehouse) == [("P1", 800)]


def test_a_wrong_correction_is_replaced_by_a_workbook_that_names_the_row_again(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    book = returned()
    send_back(zone, correct(book, "证件号码", id_number(3)))
    ingest_all()
    send_back(zone, correct(book, "证件号码", id_number(2)))
    ingest_all()
    assert standing_rows(warehouse) == [("P1", 800), ("P2", 800)]
    assert corrected(warehouse) == [(3, "～002")]


def test_a_return_workbook_in_the_folder_of_a_feed_is_refused_with_the_right_folder(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    """Its few rows would otherwise be the whole month."""
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    (workbook,) = returns.write_workbooks(DAY)
    put(zone, workbook.read_bytes(), name=f"{COUNTY}.xlsx")
    assert [delivery.status for delivery in ingest_all()] == ["refused"]
    assert warehouse.execute("select reason from ops.delivery where status = 'refused'").fetchall() == [
        ("return_workbook_misplaced",)
    ]


def test_a_sheet_not_named_as_a_feed_is_reported(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, BROKEN)
    put(zone, EVENT_BROKEN.encode(), "job_event")
    ingest_all()
    book = correct(returned(), "证件号码", id_number(2))
    book[contract_of("job_event").title_zh].title = "招聘活动 (2)"
    send_back(zone, book)
    assert [delivery.feed for delivery in ingest_all()] == [FEED]
    ((kind, title, body),) = rows_of(warehouse, "select kind, title, body from ops.alert")
    assert kind == "correction_waits"
    assert title.startswith("元阳县：")
    assert body == f"{DAY}：第 2 张工作表的名称不是任何报表名 | the name of sheet 2 is not the title of a feed"


def test_a_refused_correction_is_cleared_when_a_good_one_arrives(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    book = correct(returned(), "证件号码", id_number(2))
    broken = openpyxl.load_workbook(io.BytesIO(send_back(zone, book)))
    broken[SHEET].delete_cols(column(broken[SHEET], "证件号码"))
    send_back(zone, broken)
    assert [delivery.reason for delivery in ingest_all()] == ["required_column_missing"]
    send_back(zone, book)
    ingest_all()
    assert returns.write_workbooks(DAY) == []


def test_a_line_of_a_correction_is_not_confused_with_one_of_a_file_of_the_same_name(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    first = openpyxl.Workbook()
    sheet = first.active
    assert sheet is not None
    sheet.title = SHEET
    for row in (HEADER.split(","), payment(1).split(","), payment(2, days="many").split(",")):
        sheet.append(row)
    content = io.BytesIO()
    first.save(content)
    put(zone, content.getvalue(), name=f"{COUNTY}.xlsx")
    ingest_all()
    added = openpyxl.load_workbook(io.BytesIO(content.getvalue()))
    added[SHEET].cell(3, column(added[SHEET], "岗位编号")).value = "P3"
    send_back(zone, added)  # a row more, broken on the same line
    ingest_all()
    send_back(zone, correct(returned(), "出勤天数", "20", row=2), name=f"{COUNTY}_2.xlsx")
    ingest_all()
    (left,) = returned()[SHEET].iter_rows(min_row=2, values_only=True)
    assert left[0] == f"{DAY}/corrections/{COUNTY}.xlsx（{SHEET}）"


def test_a_workbook_of_another_date_is_refused_with_its_folder(warehouse: psycopg.Connection, zone: Path) -> None:
    """The county's files are called the same every day, and the line may be another person's."""
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    book = correct(returned(), "证件号码", id_number(2))
    put_rows(zone, payment(1), payment(9, days="many"), day=NEXT)
    ingest_all()
    send_back(zone, book, day=NEXT)
    assert [(d.kind, d.report_date, d.reason) for d in ingest_all()] == [("correction", NEXT, "other_date")]
    assert corrected(warehouse) == [(3, None), (3, None)]
    (refused,) = [row for row in notes(returned(NEXT)) if "另一天" in " ".join(row)]
    assert f"应在 corrections/{DAY}" in refused[2]
    send_back(zone, book)
    (correction,) = ingest_all()
    assert corrected(warehouse) == [(3, correction.part), (3, None)]


def test_a_workbook_of_another_date_waits_for_no_submission(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    send_back(zone, correct(returned(), "证件号码", id_number(2)), day=NEXT)
    assert ingest_all() == []
    ((kind, body),) = rows_of(warehouse, "select kind, body from ops.alert")
    assert kind == "correction_waits" and "更正的是另一天退回的行" in body and "等待" not in body
    put_rows(zone, payment(1), day=NEXT)
    assert [d.kind for d in ingest_all()] == ["file"]


def test_a_workbook_without_dates_is_taken_as_before(warehouse: psycopg.Connection, zone: Path) -> None:
    """Counties hold workbooks that were written before files were named with their date."""
    put_rows(zone, payment(1), BROKEN, payment(3, days="many"))
    ingest_all()
    send_back(zone, correct(without_dates(returned()), "证件号码", id_number(2)))
    (first,) = ingest_all()
    (left,) = returned()[SHEET].iter_rows(min_row=2, values_only=True)
    assert left[:2] == (f"{DAY}/{COUNTY}.csv", "4")
    send_back(zone, correct(returned(), "出勤天数", "20"))
    (second,) = ingest_all()
    assert corrected(warehouse)[:2] == [(3, first.part), (4, second.part)]
    assert returns.write_workbooks(DAY) == []


def test_the_rows_of_a_correction_name_their_files_again_once_restored(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put_rows(zone, payment(1), BROKEN)
    ingest_all()
    send_back(zone, correct(returned(), "证件号码", id_number(2)))
    (correction,) = ingest_all()
    named = "select extra ->> '文件', extra ->> '行号' from landing.public_post_payment where delivery_id = %s"
    assert rows_of(warehouse, named, correction.delivery_id) == [(f"{COUNTY}.csv", "3")]
    warehouse.execute("delete from landing.public_post_payment")
    warehouse.execute("update ops.delivery set purged_at = now()")
    files.restore(correction.delivery_id)
    assert rows_of(warehouse, named, correction.delivery_id) == [(f"{COUNTY}.csv", "3")]


def test_a_workbook_without_any_sheet_of_ours_is_reported(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, b"not a workbook", "corrections", f"{COUNTY}.xlsx")
    assert ingest_all() == []
    ((kind, title),) = rows_of(warehouse, "select kind, title from ops.alert")
    assert kind == "correction_unreadable"
    assert title.startswith("元阳县：更正工作簿无法读取")
    assert files.arrivals(DAY, "correction") == []


def test_a_file_sent_again_is_not_corrected_by_lines_of_the_old_one(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, BROKEN)
    ingest_all()
    book = correct(returned(), "证件号码", id_number(2))
    put_rows(zone, payment(9, days="many"))
    send_back(zone, book)
    ingest_all()
    (line,) = returned()[SHEET].iter_rows(min_row=2, values_only=True)
    assert line[0] == f"{DAY}/{COUNTY}.csv（第2版）"
    assert "many" in line


def test_the_rows_of_a_correction_are_restored_from_the_archive(warehouse: psycopg.Connection, zone: Path) -> None:
    put_rows(zone, BROKEN)
    ingest_all()
    send_back(zone, correct(returned(), "证件号码", id_number(2)))
    (correction,) = ingest_all()
    warehouse.execute("delete from landing.public_post_payment")
    warehouse.execute("update ops.delivery set purged_at = now()")
    assert files.restore(correction.delivery_id) == 1
    assert rows_of(warehouse, "select post_no from landing.public_post_payment") == [("P2",)]


# --- who may read what --------------------------------------------------------------------------------------


def test_the_returner_reads_rejected_rows_and_deliveries_and_when_they_were_published_alone(
    warehouse: psycopg.Connection,
) -> None:
    relations = rows_of(
        warehouse,
        "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'v', 'p', 'm') and n.nspname !~ '^(pg_|information_schema)'",
    )
    verbs = ("select", "insert", "update", "delete")
    may = {
        (relation, verb)
        for (relation,) in relations
        for verb in verbs
        for (allowed,) in rows_of(warehouse, "select has_table_privilege('wh_returner', %s, %s)", relation, verb)
        if allowed
    }
    assert may == {("ops.delivery", "select"), ("vault.rejected_row", "select")}
    columns = "select table_name || '.' || column_name from information_schema.column_privileges" \
        " where grantee = 'wh_returner' and table_name not in ('delivery', 'rejected_row') order by 1"  # fmt: skip
    assert [name for (name,) in rows_of(warehouse, columns)] == [
        "build.build", "build.started_at",
    ]  # fmt: skip
    with connect("wh_returner") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select * from vault.person")


def test_the_loader_cannot_read_what_is_sealed(warehouse: psycopg.Connection) -> None:
    with connect("wh_loader") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select sealed from vault.rejected_row")


def test_the_steps_of_a_night_ingest_corrections_and_return_what_is_left(
    warehouse: psycopg.Connection, zone: Path, warehouse_home: Home
) -> None:
    put_rows(zone, BROKEN, payment(3, days="many"))
    ingest_all()
    send_back(zone, correct(returned(), "证件号码", id_number(2)))
    night = (DAY + timedelta(days=1)).isoformat()
    assert steps.find_counties(night) == [COUNTY]
    steps.ingest_county(COUNTY, night)
    steps.write_returns(night)
    sheet = openpyxl.load_workbook(warehouse_home.returns / DAY.isoformat() / f"{COUNTY}.xlsx")[SHEET]
    assert [cell.value for cell in sheet["B"]] == ["行号", "3"]


def test_only_the_dates_that_changed_since_the_publication_before_are_written(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    """However long ago it was: a night that was not published has written none."""
    put_rows(zone, payment(1), day=DAY - timedelta(days=2))
    ingest_all()
    assert returns.report_dates(DAY) == [DAY - timedelta(days=2), DAY]
    publish_accepted(warehouse, DAY - timedelta(days=1))
    put_rows(zone, BROKEN, day=DAY - timedelta(days=3))
    ingest_all()
    assert returns.report_dates(DAY) == [DAY - timedelta(days=3), DAY]
    publish_accepted(warehouse)
    assert returns.report_dates(DAY) == [DAY - timedelta(days=3), DAY]


def test_the_workbooks_of_what_a_rollback_withdrew_are_written_by_the_next_night(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    """The rows of a correction go back to the county; those of a file do not, also of one that was held before."""
    corrected_day, late_day, held_day = (DAY - timedelta(days=days) for days in (3, 4, 5))

    def written() -> list[date]:
        days = (corrected_day, late_day, held_day)
        return [day for day in days if returns.path_of(day, COUNTY).exists()]

    def night(day: date) -> int:
        number = publish_accepted(warehouse, day)
        steps.write_returns(day.isoformat())
        return number

    put_rows(zone, payment(1), BROKEN, day=corrected_day)
    put_rows(zone, payment(3, days="many"), day=held_day)
    ingest_all()
    night(corrected_day)
    assert written() == [corrected_day, held_day]
    send_back(zone, correct(returned(corrected_day), "证件号码", id_number(2)), day=corrected_day)
    put_rows(zone, payment(4, days="many"), day=late_day)
    ingest_all()
    warehouse.execute("update ops.delivery set status = 'landed', build = null where report_date = %s", (held_day,))
    second = night(DAY - timedelta(days=2))
    assert written() == [late_day, held_day]
    wrong = rows_of(warehouse, "select delivery_id from ops.delivery where build = %s", second)
    publication.roll_back(second, [number for (number,) in wrong], "last year's")
    night(DAY - timedelta(days=1))
    assert written() == [corrected_day]


# --- what the warehouse makes of it -------------------------------------------------------------------------


def test_a_correction_adds_to_a_month_and_replaces_no_line_of_it(nights: Any) -> None:
    nights.select = "+reported_public_post_payment,resource_type:model"

    def line(post: str, paid: int) -> dict[str, object]:
        person = {"person_key": token(post), "birth_date": "1980-01-01", "sex": "male"}
        money = {"days_present": 22, "amount_due": 800, "amount_paid": paid}
        return {"post_no": post, "county_code": COUNTY, "period": "2024-04-01"} | person | money

    nights.deliver(FEED, COUNTY, "2024-05-01", [line("P1", 800), line("P2", 700)])
    nights.night("2024-05-01")
    nights.deliver(FEED, COUNTY, "2024-05-01", [line("P2", 800), line("P3", 800)], part="～001")
    nights.night("2024-05-02")
    payments_query = (
        "select post_no, amount_paid::integer from build.reported_public_post_payment where seen_to is null"
    )
    assert sorted(nights.rows(payments_query)) == [("P1", 800), ("P2", 800), ("P3", 800)]


def test_an_alert_of_the_landing_zone_is_sent_again_only_when_its_words_have_changed(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    def unsent_after_ingest() -> list[str]:
        ingest_all()
        unsent = "select kind from ops.alert where sent_at is null or sent_at < raised_at order by kind"
        found = [kind for (kind,) in rows_of(warehouse, unsent)]
        warehouse.execute("update ops.alert set sent_at = clock_timestamp()")
        return found

    put_rows(zone, BROKEN)
    ingest_all()
    waiting = correct(without_dates(returned()), "证件号码", id_number(2))
    everything = ["correction_unreadable", "correction_waits", "misplaced_files"]
    put(zone, b"not a workbook", "corrections", f"{COUNTY}_1.xlsx")
    send_back(zone, waiting, f"{COUNTY}_2.xlsx", DAY + timedelta(days=1))
    put(zone, b"x", "no_such_feed")
    assert unsent_after_ingest() == everything
    put(zone, b"not a workbook", "corrections", f"{COUNTY}_1.xlsx")
    assert unsent_after_ingest() == []
    put(zone, b"not a workbook", "corrections", f"{COUNTY}_3.xlsx")
    waiting.create_sheet("招聘活动 (2)").append(["另一张表"])
    send_back(zone, waiting, f"{COUNTY}_2.xlsx", DAY + timedelta(days=1))
    put(zone, b"x", "no_such_feed", "other.csv")
    assert unsent_after_ingest() == everything
    warehouse.execute("update ops.alert set resolved_at = now()")
    put(zone, b"not a workbook", "corrections", f"{COUNTY}_3.xlsx")
    assert "correction_unreadable" in unsent_after_ingest()
