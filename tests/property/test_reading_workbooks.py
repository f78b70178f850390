"""Workbooks: what is in the cells comes out as a human reads it, and nothing takes the reader down."""

from __future__ import annotations

import datetime
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.cell_range import CellRange
from tests.hostile.old_workbook import Cell, CellError, CellFormula, xls
from tests.hostile.workbooks import READS, WORKBOOKS, book, cell, sheet

from employment_warehouse.checking import check_table
from employment_warehouse.contract import contract_of, write_template
from employment_warehouse.contract.column_types import UNCALCULATED
from employment_warehouse.reading import NUMERIC_CELL, Refused, read_tables
from employment_warehouse.reading.header import Header
from employment_warehouse.reading.rows import is_row
from employment_warehouse.reading.workbook_process import WorkbookProcess

HEADER = [column.header for column in contract_of("workshop").columns if column.required]
CELLS = {
    "text": "CJ1",
    "reference": "CJ1",
    "date": "2024-05-01",
    "integer": "3",
    "township": "532528101",
    "code": "在营",
}
ROW = [CELLS[column.type.name] for column in contract_of("workshop").columns if column.required]
UNNAMED = "第1张"  # a sheet whose name may be anything is called by its place


def read(path: Path, feed: str = "") -> list[tuple[Any, ...]]:
    """(sheet, line, cells…) of every row."""
    table = read_tables(path, contract_of(feed) if feed else None)
    return [row for frame in table.frames for row in frame.iter_rows()]


def write(path: Path, rows: list[list[Any]], *more: list[list[Any]]) -> Path:
    workbook = openpyxl.Workbook()
    for at, content in enumerate((rows, *more)):
        sheet = workbook.active if at == 0 else workbook.create_sheet(f"表{at + 1}")
        assert sheet is not None
        for row in content:
            sheet.append(row)
    workbook.save(path)
    return path


# Seconds each: too slow for `make quick`.
LARGE = ("two thousand sheets", "a million shared strings", "a sheet that inflates to 600 MiB")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in LARGE else []) for name in WORKBOOKS]
)
def test_a_hostile_workbook_is_refused_with_its_reason_or_read_right(name: str, tmp_path: Path) -> None:
    hostile = WORKBOOKS[name]
    path = tmp_path / hostile.name
    path.write_bytes(hostile.data)
    try:
        rows = [tuple(cells) for _, _, *cells in read(path)]
    except Refused as refusal:
        assert refusal.code in hostile.outcomes
    else:
        assert READS in hostile.outcomes
        assert [row[:2] for row in rows][: len(hostile.rows)] == list(hostile.rows)


def test_a_reader_that_gave_up_before_it_was_asked_for_rows_is_heard(tmp_path: Path, monkeypatch: Any) -> None:
    """On a busy machine the head is read here while the other process already meets the cell for which it gives up."""
    hostile = WORKBOOKS["a large sheet with one cell at the far corner"]
    path = tmp_path / hostile.name
    path.write_bytes(hostile.data)
    request = WorkbookProcess.request

    def request_late(process: WorkbookProcess, places: list[int]) -> None:
        process._process.wait(timeout=30)
        request(process, places)

    monkeypatch.setattr(WorkbookProcess, "request", request_late)
    with pytest.raises(Refused) as refusal:
        read(path)
    assert refusal.value.code in hostile.outcomes


def test_cells_are_read_as_a_human_reads_them(tmp_path: Path) -> None:
    when = datetime.datetime(2024, 5, 1, 8, 30)  # noqa: DTZ001 - a workbook knows no time zones
    cells = [3200, 3200.5, 0.1 + 0.2, datetime.date(2024, 5, 1), when, True, "5.32528E+17", " 前后 "]
    path = write(tmp_path / "b.xlsx", [[f"列{at}" for at in range(len(cells))], cells])
    assert read(path) == [
        ("Sheet", 2, "3200", "3200.5", "0.3", "2024-05-01", "2024-05-01 08:30:00", "TRUE", "5.32528E+17", "前后")
    ]


def test_an_error_cell_is_read_as_it_is(tmp_path: Path) -> None:
    workbook = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["姓名", "金额", "备注"])
    sheet.write_row(1, 0, ["甲", 1, "好"])
    sheet.write_string(2, 0, "乙")
    sheet.write_formula(2, 1, "=NA()", None, "#N/A")
    sheet.write_formula(2, 2, "=1/0", None, "#DIV/0!")
    workbook.close()
    assert read(tmp_path / "b.xlsx")[1] == ("Sheet1", 3, "乙", "#N/A", "#DIV/0!")


def test_a_formula_is_read_as_its_cached_value(tmp_path: Path) -> None:
    workbook = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["姓名", "金额"])
    sheet.write_formula(1, 0, '="甲"&""', None, "甲")
    sheet.write_formula(1, 1, "=1+2", None, 3)
    workbook.close()
    assert read(tmp_path / "b.xlsx") == [("Sheet1", 2, "甲", "3")]


def test_a_number_where_only_text_keeps_its_value_is_marked(tmp_path: Path) -> None:
    feed = contract_of("bank_return")
    header = [column.header for column in feed.columns]
    row: list[Any] = ["某" if column.type.name != "integer" else 1 for column in feed.columns]
    at = next(at for at, column in enumerate(feed.columns) if column.type.name == "bank_account")
    row[at] = 6217001234567890
    path = write(tmp_path / "b.xlsx", [header, row])
    cells = read(path, "bank_return")[0][2:]
    assert cells[at] == NUMERIC_CELL + "6.21700123456789E+15"
    assert [cell for cell in cells if cell.startswith(NUMERIC_CELL)] == [cells[at]]


def refused_cells(path: Path, feed: str, name: str, value: float) -> dict[str, str]:
    """Column → reason, of a row that has nothing but this number in a column."""
    contract = contract_of(feed)
    row = [value if column.name == name else "" for column in contract.columns]
    table = read_tables(write(path, [[column.header for column in contract.columns], row]), contract)
    return dict(
        pl.concat([frame.rejected for frame in check_table(table, contract, {})])["column_name", "reason"].rows()
    )


@pytest.mark.parametrize("household", [532528101201000123, 5.32528101201e17, 1e15])
def test_a_long_number_of_something_is_refused_and_not_believed(tmp_path: Path, household: float) -> None:
    refused = refused_cells(tmp_path / "b.xlsx", "labor_register", "household_no", household)
    assert refused["household_no"] == "id_not_text"


@pytest.mark.parametrize(("number", "reason"), [(2024.1, "not_a_date"), (2024.5, None), (2024.12, None)])
def test_a_number_that_may_be_january_or_october_is_not_a_month(
    tmp_path: Path, number: float, reason: str | None
) -> None:
    assert refused_cells(tmp_path / "b.xlsx", "public_post_payment", "period", number).get("period") == reason


HIDDEN = [HEADER, [*ROW[:-1], "9"]]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_does_not_count_beside_a_visible_one(tmp_path: Path, state: str) -> None:
    path = write(tmp_path / "b.xlsx", [HEADER, ROW], HIDDEN)
    workbook = openpyxl.load_workbook(path)
    workbook["表2"].sheet_state = state
    workbook.save(path)
    table = read_tables(path, contract_of("workshop"))
    assert [row[0] for frame in table.frames for row in frame.iter_rows()] == ["Sheet"]
    assert ["表2" in note for note in table.notes] == [True]


@pytest.mark.parametrize("title", ["填表说明", "填写示例", "代码字典"])
def test_a_sheet_for_viewing_is_left_out_and_reported(tmp_path: Path, title: str) -> None:
    path = write(tmp_path / "b.xlsx", HIDDEN, [HEADER, ROW])
    workbook = openpyxl.load_workbook(path)
    workbook["Sheet"].title = title
    workbook.save(path)
    for feed in ("workshop", ""):
        assert [row[0] for row in read(path, feed)] == ["表2"]
    workbook.remove(workbook["表2"])
    workbook.save(path)
    assert len(read(path, "workshop")) == 1


def test_a_sheet_that_lacks_one_column_is_not_left_out_in_silence(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", [HEADER, ROW], [HEADER[:-1], ROW[:-1]])
    with pytest.raises(Refused) as refused:
        read(path, "workshop")
    assert refused.value.code == "required_column_missing"
    assert "表2" in str(refused.value.where)


@pytest.mark.parametrize("feed", ["public_post", "youth_support", "labor_register"])
def test_our_own_templates_are_read(tmp_path: Path, feed: str) -> None:
    path = tmp_path / "template.xlsx"
    write_template(feed, path)
    assert read(path, feed) == []


def test_an_example_sheet_does_not_replace_a_refused_one(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", [HEADER[:4], ROW[:4]], [HEADER, ROW])
    workbook = openpyxl.load_workbook(path)
    workbook["表2"].title = "示例"
    workbook.save(path)
    with pytest.raises(Refused) as refused:
        read(path, "workshop")
    assert refused.value.code == "required_column_missing"


def test_the_sheet_of_another_feed_is_left_out(tmp_path: Path) -> None:
    header = [column.header for column in contract_of("relief_contract").columns]
    payroll = ["项目编号", "身份证号", "姓名", "日工资", "工资期间"]
    path = write(tmp_path / "b.xlsx", [header, ["1"] * len(header)], [payroll, ["1"] * 5])
    assert [row[0] for row in read(path, "relief_contract")] == ["Sheet"]


def test_no_two_sheets_are_called_alike(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name in ("马街乡花名", "第1张", "Sheet1", "第4张"):
        sheet = workbook.create_sheet(name)
        sheet.append(HEADER)
        sheet.append(ROW)
    workbook.save(path)
    assert [row[:2] for row in read(path, "workshop")] == [("第1张", 2), ("第2张", 2), ("Sheet1", 2), ("第4张", 2)]


def test_a_header_that_is_merged_downwards_refuses_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", [HEADER, [], ROW])
    workbook = openpyxl.load_workbook(path)
    for at in range(len(HEADER)):
        workbook["Sheet"].merge_cells(start_row=1, end_row=2, start_column=at + 1, end_column=at + 1)
    workbook.save(path)
    assert [row[:2] for row in read(path, "workshop")] == [("Sheet", 3)]


@pytest.mark.parametrize("cells", ["C5:C7", "B5:C6", "G5:G6"])
@pytest.mark.parametrize("n_before", [0, 1, 2])
def test_cells_merged_over_rows_refuse_the_file(tmp_path: Path, cells: str, n_before: int) -> None:
    """n_before: empty columns before all."""

    def shifted(place: str) -> str:
        cells = CellRange(place)
        cells.shift(col_shift=n_before)
        return str(cells.coord)

    rows = [["台账"], [], HEADER, *[[f"CJ{at}", *ROW[1:]] for at in range(9)], [], ["填表人：甲"]]
    n_rows = 9  # the note below is not one
    path = write(tmp_path / "b.xlsx", [[None] * n_before + row for row in rows])
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["Sheet"]
    sheet.merge_cells(shifted("A1:F2"))
    sheet.merge_cells(shifted("A14:E15"))
    workbook.save(path)
    assert len(read(path, "workshop")) == n_rows
    sheet.merge_cells(shifted(cells))
    workbook.save(path)
    with pytest.raises(Refused) as refused:
        read(path, "workshop")
    assert refused.value.code == "merged_cells"


@pytest.mark.parametrize(
    ("lines", "merged", "n_rows"),
    [
        ([HEADER, []], [f"{column}5:{column}6" for column in "ABCDEFG"], 4),
        ([["第一组"], []], ["A5:C6"], 4),
        ([["小计", "", "", "", "", 9, 4], []], ["A5:B6"], 4),
        ([["CJ9", *ROW[1:]], []], [f"{column}5:{column}6" for column in "ABCDEFG"], 5),
        ([["第一组"], ["", *ROW[1:]]], ["A5:A6"], 0),
        ([["CJ9", *ROW[1:]], ["", *ROW[1:3]]], [f"{column}5:{column}6" for column in "ADEFG"], 0),
    ],
    ids=["a header", "a heading", "a sum", "a row two high", "a heading over a row", "a row over another"],
)
def test_cells_merged_over_rows_refuse_a_file_where_a_row_would_lose_a_value(
    tmp_path: Path, lines: list[list[Any]], merged: list[str], n_rows: int
) -> None:
    """lines: two between rows of data."""
    rows = [HEADER, [], ["CJ1", *ROW[1:]], ["CJ2", *ROW[1:]], *lines, ["CJ3", *ROW[1:]], ["CJ4", *ROW[1:]]]
    path = write(tmp_path / "b.xlsx", rows)
    workbook = openpyxl.load_workbook(path)
    for place in [*(f"{column}1:{column}2" for column in "ABCDEFG"), *merged]:
        workbook["Sheet"].merge_cells(place)
    workbook.save(path)
    if n_rows:
        assert len(read(path, "workshop")) == n_rows
        return
    with pytest.raises(Refused) as refused:
        read(path, "workshop")
    assert (refused.value.code, "5—6" in refused.value.message) == ("merged_cells", True)


@pytest.mark.parametrize("n_before", [0, 1, 2])
def test_cells_merged_over_rows_refuse_an_old_workbook(tmp_path: Path, n_before: int) -> None:
    rows: list[list[Cell]] = [[*[""] * n_before, *row] for row in (HEADER, ["CJ1", *ROW[1:]], ["CJ2", *ROW[1:]])]
    last = n_before + len(HEADER) - 1
    (tmp_path / "b.xls").write_bytes(xls(rows, merged=(1, 2, last, last)))
    with pytest.raises(Refused) as refused:
        read(tmp_path / "b.xls", "workshop")
    assert refused.value.code == "merged_cells"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ('<c r="B2" t="n"><f>X()</f></c>', UNCALCULATED),
        ('<c r="B2" t="str"><f>X()</f></c>', UNCALCULATED),
        ('<c r="B2" t="b"><f>X()</f><v></v></c>', UNCALCULATED),
        ('<c r="B2" t="e"><f>X()</f><v>#N/A</v></c>', "#N/A"),
    ],
)
def test_a_formula_without_a_result_is_never_empty(tmp_path: Path, formula: str, expected: str) -> None:
    (tmp_path / "b.xlsx").write_bytes(book(sheet(one_row(formula))))
    assert read(tmp_path / "b.xlsx")[0][3] == expected


def one_row(second: str) -> str:
    names = "".join(cell(f"{letter}1", text) for letter, text in zip("ABC", ("姓名", "金额", "备注"), strict=True))
    return f'<row r="1">{names}</row><row r="2">{cell("A2", "甲")}{second}{cell("C2", "好")}</row>'


def test_an_error_without_a_place_refuses_the_workbook(tmp_path: Path) -> None:
    (tmp_path / "b.xlsx").write_bytes(book(sheet(one_row('<c t="e"><v>#N/A</v></c>'))))
    with pytest.raises(Refused) as refused:
        read(tmp_path / "b.xlsx")
    assert refused.value.code == "workbook_unreadable"


def test_an_old_workbook_is_read_like_a_new_one(tmp_path: Path) -> None:
    feed = contract_of("bank_return")
    header = [column.header for column in feed.columns]
    rows: list[list[Cell]] = [
        ["回盘"],
        [*header],
        [3.0 if column.type.name == "integer" else "某" for column in feed.columns],
    ]
    at = next(at for at, column in enumerate(feed.columns) if column.type.name == "bank_account")
    rows[2][at] = 6217001234567890.0
    (tmp_path / "b.xls").write_bytes(xls(rows))
    expected = ["3" if cell == 3.0 else cell for cell in rows[2]]
    expected[at] = NUMERIC_CELL + "6.21700123456789E+15"
    assert read(tmp_path / "b.xls", "bank_return") == [(UNNAMED, 3, *expected)]


def test_an_error_cell_of_an_old_workbook_is_read_as_it_is(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["姓名", "金额", "备注"], ["甲", CellError(0x2A), CellError(0x07, of_formula=True)]]
    (tmp_path / "b.xls").write_bytes(xls(rows))
    assert read(tmp_path / "b.xls") == [(UNNAMED, 2, "甲", "#N/A", "#DIV/0!")]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (CellFormula(bytes(8)), UNCALCULATED),
        (CellFormula(b"\x03" + bytes(5) + b"\xff\xff"), UNCALCULATED),
        (CellFormula(struct.pack("<d", 3200)), "3200"),
        (CellFormula(bytes(8), is_calculated=True), "0"),
        (CellFormula(b"\x03" + bytes(5) + b"\xff\xff", is_calculated=True), ""),
    ],
    ids=["0", "no text", "3200", "a calculated 0", "a calculated empty text"],
)
def test_a_formula_of_an_old_workbook_without_a_result_is_neither_0_nor_empty(
    formula: CellFormula, expected: str, tmp_path: Path
) -> None:
    """As libraries of Java and Python write them."""
    (tmp_path / "b.xls").write_bytes(xls([["姓名", "金额", "备注"], ["甲", formula, "x"]]))
    assert read(tmp_path / "b.xls") == [(UNNAMED, 2, "甲", expected, "x")]


@pytest.mark.parametrize("encryption", [b"\0\0" + bytes(4), b"\1\0\1\0\1\0" + bytes(48)], ids=["XOR", "RC4"])
def test_an_encrypted_old_workbook_is_refused_as_such(encryption: bytes, tmp_path: Path) -> None:
    (tmp_path / "b.xls").write_bytes(xls([["姓名", "金额"], ["甲", "1"]], encryption=encryption))
    with pytest.raises(Refused) as refused:
        read(tmp_path / "b.xls")
    assert refused.value.code == "password_protected"


@pytest.mark.parametrize("since_1904", [False, True])
def test_dates_are_right_in_both_date_systems_of_workbooks(since_1904: bool, tmp_path: Path) -> None:
    day = datetime.date(2024, 5, 1)
    (tmp_path / "b.xls").write_bytes(xls([["姓名", "日期"], ["甲", day]], since_1904=since_1904))
    workbook = xlsxwriter.Workbook(tmp_path / "b.xlsx", {"date_1904": since_1904})
    sheet = workbook.add_worksheet("数据")
    sheet.write_row(0, 0, ["姓名", "日期"])
    sheet.write_string(1, 0, "甲")
    sheet.write_datetime(1, 1, day, workbook.add_format({"num_format": "yyyy-mm-dd"}))
    workbook.close()
    for name in ("b.xls", "b.xlsx"):
        assert read(tmp_path / name) == [(UNNAMED, 2, "甲", "2024-05-01")], name


def test_a_formula_that_was_never_calculated_is_not_empty(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", [["姓名", "金额", "备注"], ["甲", "=1+2", "x"], ["乙", 5, None]])
    assert read(path) == [("Sheet", 2, "甲", UNCALCULATED, "x"), ("Sheet", 3, "乙", "5", "")]


def test_a_formula_whose_result_is_an_empty_text_is_empty(tmp_path: Path) -> None:
    rows = '<row r="2"><c r="A2" t="str"><f>IF(1,"甲")</f><v>甲</v></c><c r="B2" t="str"><f>""</f><v></v></c></row>'
    (tmp_path / "b.xlsx").write_bytes(book(sheet(f'<row r="1">{cell("A1", "姓名")}{cell("B1", "金额")}</row>{rows}')))
    assert read(tmp_path / "b.xlsx") == [(UNNAMED, 2, "甲", "")]


def test_merged_titles_and_filtered_rows_hide_nothing(tmp_path: Path) -> None:
    feed = contract_of("workshop")
    header = [column.header for column in feed.columns]
    workbook = xlsxwriter.Workbook(tmp_path / "b.xlsx")
    sheet = workbook.add_worksheet("数据")
    sheet.merge_range(0, 0, 1, len(header) - 1, "2024年就业帮扶车间台账")
    sheet.write_row(2, 0, header)
    rows = [[f"{name}{at}" for at in range(len(header))] for name in "甲乙丙"]
    for at, row in enumerate(rows, 3):
        sheet.write_row(at, 0, row)
    sheet.autofilter(2, 0, 5, len(header) - 1)
    sheet.filter_column(0, "x == 丙0")
    sheet.set_row(3, options={"hidden": True})
    sheet.set_row(4, options={"hidden": True})
    workbook.close()
    assert read(tmp_path / "b.xlsx", "workshop") == [(UNNAMED, at, *row) for at, row in enumerate(rows, 4)]


def test_two_sheets_that_fit_are_both_read_in_any_order_of_columns(tmp_path: Path) -> None:
    feed = contract_of("workshop")
    header = [column.header for column in feed.columns]
    one, two = ([f"{sheet}{at}" for at in range(len(header))] for sheet in "甲乙")
    path = write(tmp_path / "b.xlsx", [["说明"]], [["车间"], header, one], [header[::-1], two[::-1]])
    assert read(path, "workshop") == [("表2", 3, *one), ("表3", 2, *two)]


def test_without_a_contract_a_sheet_of_another_header_is_named_and_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", [["甲", "乙"], ["1", "2"]], [["丙", "丁"], ["3", "4"]])
    table = read_tables(path, None)
    assert [row[2:] for frame in table.frames for row in frame.iter_rows()] == [("1", "2")]
    assert "表2" in table.notes[0]


def test_hidden_rows_count_and_lines_are_those_of_the_sheet(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for at, row in enumerate((["姓名", "金额"], ["甲", "1"], ["乙", "2"], ["合计", "3"], ["丙", "4"]), 3):
        for column, text in enumerate(row, 2):
            sheet.cell(at, column, text)
    sheet.row_dimensions[5].hidden = True
    workbook.save(tmp_path / "b.xlsx")
    assert [row[1:3] for row in read(tmp_path / "b.xlsx")] == [(4, "甲"), (5, "乙"), (7, "丙")]


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0\x1e\x1f"), max_size=8),
    st.sampled_from(
        ["\x01", "\x01a", "=1+1", "@SUM(A1)", "+1", "-1", "'; drop table x;--", "<c/>", "&amp;", "_x000D_", "a\nb", '"']
    ),
)


@pytest.mark.slow
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_in_a_workbook_survives_writing_and_reading(tmp_path: Path, rows: list[list[str]]) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(tmp_path / "b.xlsx", options)
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["姓名", "单位", "备注"])
    for at, row in enumerate(rows, 1):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(at, column, text)
    workbook.close()
    stripped = [tuple(cell.strip() for cell in row) for row in rows]
    expected = [row for row in stripped if is_row(row, Header(0, 3, ["姓名", "单位", "备注"], {}))]
    assert [row[2:] for row in read(tmp_path / "b.xlsx")] == expected


@pytest.mark.slow
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=6))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_workbook_is_read_or_refused(tmp_path: Path, at: int, noise: bytes) -> None:
    data = bytearray(book())
    at %= len(data)
    data[at : at + len(noise)] = noise
    path = tmp_path / "b.xlsx"
    path.write_bytes(data)
    try:
        read(path)
    except Refused as refusal:
        assert refusal.code


LARGE = 30_000  # rows; such a sheet is read in several pieces


def write_large(path: Path, spoil: Callable[[Any], None]) -> list[list[str]]:
    """A large sheet, and something more written into it; gives its rows."""
    workbook = xlsxwriter.Workbook(path, {"constant_memory": False})
    sheet = workbook.add_worksheet()
    rows = [[f"某{row}", f"{row % 13}单位", f"{row:09d}"] for row in range(LARGE)]
    for at, row in enumerate([["姓名", "单位", "编号"], *rows]):
        sheet.write_row(at, 0, row)
    spoil(sheet)
    workbook.close()
    return rows


@pytest.mark.slow
def test_a_large_sheet_is_read_whole_and_on_its_lines(tmp_path: Path) -> None:
    rows = write_large(tmp_path / "b.xlsx", lambda sheet: None)
    assert [list(row[1:]) for row in read(tmp_path / "b.xlsx")] == [[at, *row] for at, row in enumerate(rows, 2)]


@pytest.mark.slow
def test_an_error_cell_far_down_a_large_sheet_is_read_as_it_is(tmp_path: Path) -> None:
    def spoil(sheet: Any) -> None:
        sheet.write_formula(20_000, 1, "=NA()", None, "#N/A")
        sheet.write_formula(LARGE, 2, "=1/0", None, "#DIV/0!")

    rows = write_large(tmp_path / "b.xlsx", spoil)
    rows[19_999][1], rows[-1][2] = "#N/A", "#DIV/0!"
    assert [list(row[2:]) for row in read(tmp_path / "b.xlsx")] == rows


@pytest.mark.slow
def test_without_a_contract_a_cell_beside_the_table_is_an_unnamed_column_or_costs_its_row(tmp_path: Path) -> None:
    def spoil(sheet: Any) -> None:
        sheet.write_string(500, 3, "此人已故")
        sheet.write_string(25_000, 9, "见附件")  # beyond all that the first piece has
        sheet.write_string(LARGE + 5, 9, "制表人")  # beside no row

    write_large(tmp_path / "b.xlsx", spoil)
    table = read_tables(tmp_path / "b.xlsx", None)
    assert table.header == ["姓名", "单位", "编号", ""]
    rows = {row[1]: row[2:] for frame in table.frames for row in frame.iter_rows()}
    assert rows[501][3] == "此人已故"
    broken_rows = table.pop_broken()
    assert broken_rows.select("line", "reason", "text").rows() == [(25_001, "too_many_cells", "见附件")]
    assert rows.keys() == set(range(2, LARGE + 2)) - {25_001}


def test_a_remark_beside_the_table_is_kept_with_its_row(tmp_path: Path) -> None:
    sheet = [HEADER, *([ROW] * 100)]
    sheet[90] = [*ROW, "", "已核"]
    path = write(tmp_path / "b.xlsx", sheet)
    table = read_tables(path, contract_of("workshop"))
    assert "已核" in {cell for frame in table.frames for row in frame.iter_rows() for cell in row}
    assert list(table.extra) == [f"第{len(HEADER) + 1}列", f"第{len(HEADER) + 2}列"]


def test_a_sheet_whose_header_was_sorted_among_its_rows_refuses_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", [HEADER, ROW, ROW], [ROW, ROW, ROW, HEADER, ROW, ROW])
    with pytest.raises(Refused) as refusal:
        read_tables(path, contract_of("workshop"))
    assert refusal.value.code == "rows_above_header"
    assert "表2" in str(refusal.value.where)


@pytest.mark.slow
def test_many_formatted_empty_rows_are_ignored_and_do_not_end_the_table(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    workbook = xlsxwriter.Workbook(path)
    sheet, grey = workbook.add_worksheet(), workbook.add_format({"bg_color": "#eeeeee"})
    sheet.write_row(0, 0, ["姓名", "单位", "编号"])
    sheet.write_row(1, 0, ["甲", "乙", "1"])
    for row in range(2, 60_000):
        for column in range(3):
            sheet.write_blank(row, column, None, grey)
    sheet.write_row(60_000, 0, ["丙", "丁", "2"])
    workbook.close()
    assert [row[1:] for row in read(path)] == [(2, "甲", "乙", "1"), (60_001, "丙", "丁", "2")]
