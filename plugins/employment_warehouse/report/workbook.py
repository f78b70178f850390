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
from employment_warehouse.report.sections import sections_of

Cell = str | int | float | Decimal | date | None
FORMATS = {"share": "0.0%", "CNY": "#,##0.00", "rate": "#,##0.0"}
A4 = 9
LINE = 15  # points


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


def indicator_sheet(name: str, figures: Figures, county: str | None = None) -> Sheet:
    """Counties down, the indicators of a report across, in its order; county: the only one that is shown.

    figures: counties, indicators, values.
    """
    values = {key: row["value"] for key, row in figures["values"].items()}
    shown = [
        figures["indicators"][code]
        for section in sections_of({code for code, _ in values})
        for code in section.indicators
    ]
    rows = [
        [row["name_zh"], *(values.get((each["code"], row["county_code"])) for each in shown)]
        for row in figures["counties"]
        if county in {None, row["county_code"]}
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
            lines = 1
            for at, title in enumerate(sheet.heads):
                width = _width(title, (row[at] for row in sheet.rows[:200]))
                lines = max(lines, -(-_characters(title) // (width - 2)))
                page.write_string(0, at, title, head)
                page.set_column(at, at, width)
            page.set_row(0, LINE * lines)
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
    """In characters, so that the cells stand in one line and the head in few."""
    shown = (f"{cell:,.1f}" if isinstance(cell, Decimal | float) else str(cell) for cell in cells if cell is not None)
    longest = max(map(_characters, shown), default=0)
    return min(48, max(8, longest + 2, _characters(title[:4]) + 2))


def _characters(text: str) -> int:
    """As wide as so many digits: a Chinese character is as wide as two."""
    return sum(2 if ord(c) > 255 else 1 for c in text)
