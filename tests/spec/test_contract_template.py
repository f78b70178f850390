"""The blank workbook: what people type into it is what the reader takes in, and nothing in it is a formula."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from employment_warehouse.checking import check_table
from employment_warehouse.contract import contract_of, contracts, write_template
from employment_warehouse.errors import UserError
from employment_warehouse.reading import read_tables

FILED = [feed for feed, contract in contracts().items() if contract.unit_column is not None]


@pytest.mark.parametrize("feed", FILED)
def test_a_template_has_the_headers_of_its_contract(feed: str, tmp_path: Path) -> None:
    write_template(feed, tmp_path / "form.xlsx")
    form, explanation = openpyxl.load_workbook(tmp_path / "form.xlsx").worksheets
    contract = contract_of(feed)
    headers = [str(cell.value) for cell in form[1]]
    columns = contract.match_header(headers)
    assert None not in columns
    assert {column.name for column in columns if column} >= {
        column.name for column in contract.columns if column.required
    }
    assert [header.endswith("*") for header in headers] == [column.required for column in columns if column]
    assert form.max_row == 1
    assert explanation.title == "说明"
    assert [explanation.cell(row, 1).value for row in range(2, len(headers) + 2)] == [h.rstrip("*") for h in headers]


def test_a_template_offers_the_codes_as_choices(tmp_path: Path) -> None:
    write_template("employment", tmp_path / "form.xlsx")
    form = openpyxl.load_workbook(tmp_path / "form.xlsx").worksheets[0]
    offered = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in form.data_validations.dataValidation}
    headers = {_header(cell): cell.coordinate.rstrip("1") for cell in form[1]}
    assert offered[f"{headers['就业渠道']}2"] == '"企业就业,就业帮扶车间,乡村公益性岗位,以工代赈,灵活就业,自主创业"'
    assert offered[f"{headers['是否签订合同']}2"] == '"是,否"'


@pytest.mark.parametrize("feed", FILED)
def test_every_example_is_one_that_the_drop_down_offers(feed: str) -> None:
    columns = [column for column in contract_of(feed).columns if column.choices]
    assert {column.header: column.example for column in columns if column.example not in column.choices} == {}


def test_a_template_keeps_number_like_columns_as_text(tmp_path: Path) -> None:
    write_template("employment", tmp_path / "form.xlsx")
    form = openpyxl.load_workbook(tmp_path / "form.xlsx").worksheets[0]
    formats = {_header(cell): form.column_dimensions[cell.coordinate.rstrip("1")].number_format for cell in form[1]}
    for header in ("身份证号", "务工地代码", "统一社会信用代码", "帮扶车间编号"):
        assert formats[header] == "@", header
    assert formats["入职日期"] == "yyyy-mm-dd"


def test_every_header_of_a_template_has_a_note_with_an_example(tmp_path: Path) -> None:
    write_template("public_post", tmp_path / "form.xlsx")
    form = openpyxl.load_workbook(tmp_path / "form.xlsx").worksheets[0]
    for cell in form[1]:
        assert cell.comment is not None, cell.value
        assert "示例：" in cell.comment.text


def test_no_cell_of_a_template_is_a_formula(tmp_path: Path) -> None:
    for feed in FILED:
        write_template(feed, tmp_path / "form.xlsx")
        with zipfile.ZipFile(tmp_path / "form.xlsx") as book:
            sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
            assert len(sheets) == 2
            assert all(b"<f>" not in book.read(name) for name in sheets)


@pytest.mark.parametrize("feed", ["labor_register", "employment", "bank_return"])
def test_a_template_that_was_filled_in_is_read_and_good(feed: str, tmp_path: Path) -> None:
    write_template(feed, tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    contract = contract_of(feed)
    for cell in list(book.worksheets[0][1]):
        (column,) = contract.match_header([str(cell.value)])
        assert column is not None
        typed = date.fromisoformat(column.example) if column.type.name == "date" else column.example
        book.worksheets[0][cell.coordinate.replace("1", "2")] = typed
    book.save(tmp_path / "filled.xlsx")
    unit = {column: contract.column(column).example for column in [contract.unit_column] if column}
    (checked,) = check_table(read_tables(tmp_path / "filled.xlsx", contract), contract, unit)
    assert (checked.rows_read, checked.good.height) == (1, 1)


def test_the_platform_has_no_template(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="接口") as caught:
        write_template("applications", tmp_path / "form.xlsx")
    assert caught.value.code == "no_template"
    assert not (tmp_path / "form.xlsx").exists()


def _header(cell: Any) -> str:
    return str(cell.value).rstrip("*")


def test_a_countys_own_sheet_is_a_sheet_left_out_and_the_explanations_of_a_template_are_not(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_template("employment", path)
    assert read_tables(path, contract_of("employment")).notes == []
    book = openpyxl.load_workbook(path)
    book["说明"].cell(1, 1).value = "本月新增"
    book.save(path)
    assert len(read_tables(path, contract_of("employment")).notes) == 1
