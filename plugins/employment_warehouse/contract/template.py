"""The template of a feed: the blank workbook that a county or a project fills in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from employment_warehouse.contract.divisions import with_county
from employment_warehouse.contract.load import contract_of
from employment_warehouse.contract.model import Column, Contract
from employment_warehouse.errors import UserError
from employment_warehouse.workbook_style import PLAIN_CELLS, QUOTED, choice_rule

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

LAST_ROW = 1_048_575  # of a worksheet, from 0
# The sheet that explains a workbook; and the first row of that of a blank one, by which a reader knows it.
EXPLANATION_SHEET = "说明"
EXPLANATION_TITLES = ("列", "是否必填", "怎样填写", "内容", "可选项或范围", "示例")


def write_template(feed: str, path: Path, county: str = "") -> None:
    """Write the blank XLSX of a feed: headers with notes, drop-downs, and a sheet 说明 that explains each column, with
    examples of the county that is to fill it in.

    Raises UserError (`no_template`) for a feed of the HR platform's interface.
    """
    import xlsxwriter  # noqa: PLC0415  every process imports this package, few write a workbook

    contract = contract_of(feed)
    if contract.unit_column is None:
        raise UserError(
            f"《{contract.title_zh}》由平台接口报送，没有填报模板 | {feed} comes over an interface and has no template",
            code="no_template",
            todo="see the OpenAPI file of the HR platform",
        )
    with xlsxwriter.Workbook(path, PLAIN_CELLS) as book:
        columns = [
            replace(column, example_form=with_county(column.example_form, county))
            for column in contract.columns
            if column.required or column.name != contract.unit_column
        ]
        _write_form(book, contract, columns)
        _write_explanation(book, contract, columns)


def _write_form(book: Workbook, contract: Contract, columns: list[Column]) -> None:
    sheet = book.add_worksheet(contract.title_zh)
    required, optional = _header_format(book, "#FCE4D6"), _header_format(book, "#E2EFDA")
    formats = {column.type.excel_format for column in columns}
    cells = {text: book.add_format({"num_format": text}) for text in sorted(formats)}
    for position, column in enumerate(columns):
        text = f"{column.header}*" if column.required else column.header
        sheet.set_column(position, position, max(12, 2 * len(text) + 2), cells[column.type.excel_format])
        sheet.write_string(0, position, text, required if column.required else optional)
        sheet.write_comment(0, position, _note(column), {"author": "", "x_scale": 2, "y_scale": 1.5})
        if choices := column.choices:
            sheet.data_validation(1, position, LAST_ROW, position, choice_rule(column.header, choices))
    sheet.freeze_panes(1, 0)


def _write_explanation(book: Workbook, contract: Contract, columns: list[Column]) -> None:
    sheet = book.add_worksheet(EXPLANATION_SHEET)
    header, wrapped = (
        _header_format(book, "#DDEBF7"),
        book.add_format(QUOTED | {"text_wrap": True, "valign": "top"}),
    )
    for position, (title, width) in enumerate(zip(EXPLANATION_TITLES, (18, 10, 22, 40, 50, 24), strict=True)):
        sheet.set_column(position, position, width, wrapped)
        sheet.write_string(0, position, title, header)
    for row, column in enumerate(columns, start=1):
        cells = (
            column.header,
            "必填" if column.required else "按情况必填" if column.required_when else "选填",
            column.type.name_zh,
            column.description_zh,
            "、".join(column.choices) or column.range_text,
            column.example,
        )
        for position, text in enumerate(cells):
            sheet.write_string(row, position, text, wrapped)
    for row, rule in enumerate(contract.rules, start=len(columns) + 2):
        sheet.write_string(row, 0, "核对规则", wrapped)
        sheet.write_string(row, 3, rule.message_zh, wrapped)
    sheet.freeze_panes(1, 0)


def _note(column: Column) -> str:
    lines = [
        column.description_zh,
        f"填写：{column.type.name_zh}",
        f"范围：{column.range_text}" if column.range_text else "",
        f"示例：{column.example}",
        "必填" if column.required else "",
    ]
    return "\n".join(line for line in lines if line)


def _header_format(book: Workbook, colour: str) -> Format:
    style = {"bold": True, "bg_color": colour, "border": 1, "num_format": "@", "text_wrap": True}
    return book.add_format(QUOTED | style)
