"""Workbooks of reports: a sheet for each table, every text as text, with where the figures come from."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

from employment_warehouse.contract import PLAIN_CELLS, QUOTED
from employment_warehouse.report import words
from employment_warehouse.report.figures import Figures

Cell = str | int | float | Decimal | date | None
FORMATS = {"share": "0.0%", "CNY": "#,##0.00", "rate": "#,##0.0"}
A4 = 9


@dataclass(frozen=True)
class Sheet:
    """A table. units: by column, the unit of its numbers (`indicator.unit`)."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    units: Sequence[str]


def table_sheet(name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Sheet:
    """A table whose amounts are the columns with 元 in their head."""
    return Sheet(name, heads, list(rows), ["CNY" if "元" in head else "count" for head in heads])


def indicator_sheet(name: str, figures: Figures) -> Sheet:
    """Counties down, the indicators of a report across; figures: counties, indicators, values."""
    values = {key: row["value"] for key, row in figures["values"].items()}
    codes = {code for code, _ in values}
    shown = [row for code, row in figures["indicators"].items() if code in codes]
    rows = [
        [county["name_zh"], *(values.get((each["code"], county["county_code"])) for each in shown)]
        for county in figures["counties"]
    ]
    return Sheet(name, ["县市", *(each["name_zh"] for each in shown)], rows, ["", *(each["unit"] for each in shown)])


def write_workbook(publication: Mapping[str, Any], sheets: Iterable[Sheet]) -> bytes:
    """The bytes of an XLSX; the foot of each sheet names the publication. None is shown as —."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, PLAIN_CELLS | {"in_memory": True}) as book:
        book.set_properties({"created": publication["published_at"].replace(tzinfo=None)})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        text = book.add_format(QUOTED | {"num_format": "@", "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        numbers = {unit: book.add_format({"num_format": FORMATS.get(unit, "#,##0")}) for unit in ("", *words.UNITS)}
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for at, title in enumerate(sheet.heads):
                page.write_string(0, at, title, head)
                page.set_column(at, at, _width(title, (row[at] for row in sheet.rows[:200])))
            for line, row in enumerate(sheet.rows, start=1):
                for at, cell in enumerate(row):
                    match cell:
                        case None:
                            page.write_string(line, at, words.NONE)
                        case str():
                            page.write_string(line, at, cell, text)
                        case date():
                            page.write_datetime(line, at, cell, day)
                        case _:
                            page.write_number(line, at, float(cell), numbers[sheet.units[at]])
            page.freeze_panes(1, 1)
            page.repeat_rows(0)
            page.set_paper(A4)
            page.set_landscape()
            page.fit_to_pages(1, 0)
            page.set_footer(
                f"&L发布号 {publication['publication']}（{words.VINTAGES[publication['vintage']].zh}）"
                f"　数据截至 {publication['report_date']}&R&P/&N"
            )
    return content.getvalue()


def _width(title: str, cells: Iterable[Cell]) -> int:
    """In characters; one of Chinese is twice as wide as a digit."""
    longest = max((sum(2 if ord(c) > 255 else 1 for c in str(cell)) for cell in cells if cell is not None), default=0)
    return min(48, max(8, longest + 2, sum(2 for _ in title[:7])))
