"""A row that a county leaves as it is in the return workbook is rejected again, cell by cell, for the same reasons."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from tests.kit.checking import COUNTY, good_row
from tests.kit.people import id_number

from employment_warehouse.checking import check_table
from employment_warehouse.contract import contract_of, reasons
from employment_warehouse.reading import read_tables
from employment_warehouse.returns.rejected import RejectedRow, ReturnedRows
from employment_warehouse.returns.workbook import workbook
from employment_warehouse.settings import TIMEZONE

# Of whole rows; in a sheet that is not read; of a person whose rows are gone.
NOT_OF_CELLS = {"too_many_cells", "too_few_cells", "broken_quote", "duplicate_key", "person_erased"}
DAY, INSTANT, HOURS = "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "[h]:mm"
CELLS: dict[str, list[tuple[str, Any, str | None, str]]] = {
    "labor_register": [
        ("户编号", date(2024, 1, 2), DAY, "id_not_text"),
        ("户编号", datetime(2024, 1, 2, 8, 30), INSTANT, "id_not_text"),  # noqa: DTZ001  as worksheets have them
        ("户编号", timedelta(hours=8, minutes=30), HOURS, "id_not_text"),
        ("户编号", True, None, "id_not_text"),
        ("户编号", 12, "[DBNum1]0", "id_not_text"),
        ("户编号", "5.32528E+17", None, "id_not_text"),
        ("身份证号", 532528199001010000, "0", "id_not_text"),
        ("身份证号", 53252819900101, "0", "id_not_text"),
        ("身份证号", date(2024, 1, 2), DAY, "id_not_text"),
        ("手机号", False, None, "id_not_text"),
        ("手机号", "1.38E+10", None, "id_not_text"),
        ("身份证号", "", None, "required_missing"),
        ("身份证号", id_number(2)[:-1] + ("1" if id_number(2)[-1] != "1" else "2"), None, "id_checksum"),
        ("身份证号", "53252819900101000", None, "id_length"),
        ("身份证号", "999999199001010009", None, "id_placeholder"),
        ("身份证号", "532528900101001", None, "id_first_generation"),
        ("身份证号", "532528199013010006", None, "id_date"),
        ("户编号", "13812345678", None, "personal_number"),
        ("户编号", "同上", None, "ditto_mark"),
        ("姓名", "李??", None, "text_damaged"),
        ("姓名", "#N/A", None, "schema_violation"),
        ("与户主关系", "长" * 201, None, "too_long"),
        ("县市代码", "532501", None, "path_disagrees"),
        ("乡镇代码", "532528xxx", None, "not_a_division"),
        ("村代码", "532501100001", None, "prefix_mismatch"),
        ("是否易地搬迁", date(2024, 1, 2), DAY, "not_a_boolean"),
        ("劳动能力", "很好", None, "unknown_code"),
    ],
    "public_post_payment": [
        ("岗位编号", date(2024, 1, 2), DAY, "id_not_text"),
        ("银行账号", 629990100001, "0", "id_not_text"),
        ("银行账号", 62999010.5, None, "id_not_text"),
        ("应发金额", "#未计算UNCALCULATED", None, "formula_uncalculated"),
        ("应发金额", date(2024, 1, 2), DAY, "not_a_number"),
        ("应发金额", -1, None, "out_of_range"),
        ("发放日期", True, None, "not_a_date"),
        ("代发批次号", "第 1 批", None, "number_malformed"),
    ],
    "employment": [
        ("帮扶车间编号", date(2024, 1, 2), DAY, "id_not_text"),
        ("用工单位", True, None, "id_not_text"),
        ("统一社会信用代码", 91532528, "0", "id_not_text"),
        ("统一社会信用代码", "91532528MA6K", None, "uscc_checksum"),
    ],
    "workshop": [("吸纳就业人数", 2.5, None, "not_an_integer")],
}


def faults_of(feed: str, content: bytes, path: Path) -> dict[int, tuple[set[tuple[str, str]], dict[str, str]]]:
    """Line → what is wrong with its cells, and the row as it is kept."""
    path.write_bytes(content)
    contract = contract_of(feed)
    entries = [
        entry
        for checked in check_table(read_tables(path, contract, contract.title_zh), contract, COUNTY)
        for entry in checked.rejected.select("line", "column_name", "reason", "row_json").rows()
    ]
    found: dict[int, tuple[set[tuple[str, str]], dict[str, str]]] = {}
    for line, column, reason, row in entries:
        found.setdefault(line, (set(), json.loads(row)))[0].add((column, reason))
    return found


def sheet_of(feed: str) -> bytes:
    """A sheet with a good row, and one for each of the cells."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet(contract_of(feed).title_zh)
        good = good_row(feed)
        sheet.write_row(0, 0, list(good))
        for line, (header, value, code, _) in enumerate([("", "", None, ""), *CELLS[feed]], 1):
            for at, (name, cell) in enumerate(good.items()):
                if name == header:
                    sheet.write(line, at, value, book.add_format({"num_format": code}) if code else None)
                else:
                    sheet.write_string(line, at, id_number(line) if name == "身份证号" else cell)
    return content.getvalue()


def test_rows_that_were_left_untouched_are_rejected_again(tmp_path: Path) -> None:
    for feed, cells in CELLS.items():
        first = faults_of(feed, sheet_of(feed), tmp_path / "first.xlsx")
        names = {column.header: column.name for column in contract_of(feed).columns}
        expected = [(names[header], reason) for header, _, _, reason in cells]
        missed = [fault for line, fault in enumerate(expected, 3) if fault not in first.get(line, ((),))[0]]
        assert missed == []
        rows = [RejectedRow("532528.xlsx", str(line), row, list(faults)) for line, (faults, row) in first.items()]
        book = workbook(ReturnedRows("532528", date(2024, 5, 1), {feed: rows}, [], None, datetime.now(TIMEZONE)))
        again = faults_of(feed, book, tmp_path / "again.xlsx")
        assert [faults for faults, _ in again.values()] == [faults for faults, _ in first.values()]


def test_each_reason_of_a_cell_is_among_them() -> None:
    tested = {reason for cells in CELLS.values() for *_, reason in cells}
    assert tested | NOT_OF_CELLS == set(reasons().rows)
