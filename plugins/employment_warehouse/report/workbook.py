"""Workbooks of reports: a sheet for each table, every text as text, with where the figures come from."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from employment_warehouse.report import formats, report_names
from employment_warehouse.report.figures import Figures, of_time
from employment_warehouse.report.sections import sections_of
from employment_warehouse.workbook_style import A4, PLAIN_CELLS, QUOTED, width_of

FORMATS = {"share": "0.0%", "CNY": "#,##0.00", "rate": "#,##0.0"}
LINE = 15  # points


@dataclass(frozen=True)
class Figure:
    """A value of an indicator, with what it is marked by (`obs_status`)."""

    value: int | float | Decimal | None
    status: str

    @property
    def mark(self) -> str:
        """沿用, 暂定 or 缺, as on pages; '' for a figure of what was reported."""
        mark = report_names.marks().get(self.status)
        return mark.zh if mark else ""


Cell = str | int | float | Decimal | date | Figure | None


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

    figures: counties, indicators, values, own_periods. A head names the time of its figures, where the report is of
    another.
    """
    values = {key: Figure(row["value"], row["obs_status"]) for key, row in figures["values"].items()}
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
    return Sheet(
        name,
        ["县市", *(each["name_zh"] + of_time(figures, each["code"]) for each in shown)],
        rows,
        ["", *(each["unit"] for each in shown)],
    )


@dataclass(frozen=True)
class _Formats:
    """The formats of a workbook's cells."""

    head: Format
    text: Format
    day: Format
    numbers: Mapping[tuple[str, str], Format]  # by unit and mark

    @classmethod
    def of(cls, book: xlsxwriter.Workbook) -> _Formats:
        return cls(
            head=book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            text=book.add_format(QUOTED | {"num_format": "@", "valign": "top"}),
            day=book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            numbers=_number_formats(book),
        )


def write_workbook(publication: Mapping[str, Any], sheets: Iterable[Sheet]) -> bytes:
    """The bytes of an XLSX; the foot of each sheet names the publication. None is shown as —.

    A mark is in the cell beside its figure, which stays a number; below the table it says what marks mean.
    """
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, PLAIN_CELLS | {"in_memory": True}) as book:
        book.set_properties({"created": publication["published_at"].replace(tzinfo=None)})
        cells = _Formats.of(book)
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            _write_heads(page, sheet, cells)
            _write_rows(page, sheet, cells)
            if legend := _legend(sheet):
                page.write_string(len(sheet.rows) + 2, 0, legend)
            _lay_out(page)
            page.set_footer(
                f"&L发布号 {publication['publication']}（{report_names.vintages()[publication['vintage']].zh}）"
                f"　数据截至 {publication['report_date']}&R&P/&N"
            )
    return content.getvalue()


def _write_heads(page: Worksheet, sheet: Sheet, cells: _Formats) -> None:
    """The titles of the columns, each as wide as its cells, in as many lines as the longest title needs."""
    lines = 1
    for at, title in enumerate(sheet.heads):
        columns = _column_width(title, (row[at] for row in sheet.rows[:200]))
        lines = max(lines, -(-width_of(title) // (columns - 2)))
        page.write_string(0, at, title, cells.head)
        page.set_column(at, at, columns)
    page.set_row(0, LINE * lines)


def _write_rows(page: Worksheet, sheet: Sheet, cells: _Formats) -> None:
    for line, row in enumerate(sheet.rows, start=1):
        for at, cell in enumerate(row):
            value, mark = (cell.value, cell.mark) if isinstance(cell, Figure) else (cell, "")
            match value:
                case None:
                    page.write_string(line, at, _shown(cell))
                case str():
                    page.write_string(line, at, value, cells.text)
                case date():
                    page.write_datetime(line, at, value, cells.day)
                case _:
                    page.write_number(line, at, float(value), cells.numbers[sheet.units[at], mark])


def _lay_out(page: Worksheet) -> None:
    """On paper as wide as the table, with its head on every page; on the screen the head stays in sight."""
    page.freeze_panes(1, 1)
    page.repeat_rows(0)
    page.set_paper(A4)
    page.set_landscape()
    page.fit_to_pages(1, 0)


def _number_formats(book: xlsxwriter.Workbook) -> dict[tuple[str, str], Format]:
    """By unit and mark, which the format writes after the number."""
    added = {}
    for unit in ("", *report_names.UNITS_OF_MEASURE):
        shown = FORMATS.get(unit, "#,##0")
        added[unit, ""] = book.add_format({"num_format": shown})
        for mark in report_names.marks().values():
            added[unit, mark.zh] = book.add_format({"num_format": f'{shown}" {mark.zh}"'})
    return added


def _legend(sheet: Sheet) -> str:
    """What the marks of a sheet mean; '' without marks."""
    found = {cell.status for row in sheet.rows for cell in row if isinstance(cell, Figure)}
    meanings = [
        f"{mark.zh} {report_names.MEANINGS[status].zh}"
        for status, mark in report_names.marks().items()
        if status in found
    ]
    return f"标记：{'；'.join(meanings)}" if meanings else ""


def _column_width(title: str, cells: Iterable[Cell]) -> int:
    """In digits, so that the cells stand in one line and the head in few."""
    longest = max(map(width_of, map(_shown, cells)), default=0)
    return min(48, max(8, longest + 2, width_of(title[:4]) + 2))


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return formats.NONE
        case Figure():
            return f"{_shown(cell.value)} {cell.mark}".rstrip()
        case Decimal() | float():
            return f"{cell:,.1f}"
        case _:
            return str(cell)
