"""Sends the heads of the sheets, and the rows of those that are asked for."""

from __future__ import annotations

import json
import sys
from typing import Any

from .cells import line_of, without_separators
from .markup import Texts
from .protocol import CELL, ROW, TYPED, refuse, send_line
from .sheets import Sheet, Strays, Workbook, prefetch

ROWS_AT_ONCE = 25_000


def serve(workbook: Workbook) -> None:
    """Send the heads of all sheets, then what standard input asks for."""
    sheets = [{"name": sheet.name, "hidden": sheet.is_hidden, "head": sheet.head} for sheet in workbook.sheets]
    send_line({"sheets": sheets, "since_1904": workbook.since_1904})
    for place in json.loads(sys.stdin.readline()):
        send_sheet(workbook.sheets[place])
    send_line({"end": True})


def send_sheet(sheet: Sheet) -> None:
    """All rows of a sheet, in frames, while the next block is read."""
    last_row = -1
    for block in prefetch(sheet.blocks):
        if not block.height:  # rows of empty cells
            continue
        if block.first_row <= last_row:
            refuse("workbook_unreadable")  # rows in disorder
        last_row = block.first_row + block.height - 1
        (rows, strays), texts = sheet.rows(block), block.texts()
        for at in range(0, len(rows), ROWS_AT_ONCE):
            send_rows(sheet, block.first_row + 1 + at, rows[at : at + ROWS_AT_ONCE], texts, strays)
    send_line({"sheet_end": True, "merged": merged_of(sheet)})


def merged_of(sheet: Sheet) -> list[tuple[int, int, int, int]]:
    """The merged cells of the sheet's columns, counted from the first of these, like the cells that are sent."""
    before = sheet.first_column
    return [
        (first, last, max(1, left - before), right - before)
        for first, last, left, right in sorted(sheet.merged)
        if right > before
    ]


def send_rows(sheet: Sheet, first_row: int, rows: list[list[Any]], texts: Texts, strays: Strays) -> None:
    """One frame: a line that announces it, and the rows."""
    lines = list(map(line_of, rows))
    here = range(first_row, first_row + len(rows))
    for row in texts.keys() & set(here) if texts else ():
        lines[row - first_row] = with_texts(lines[row - first_row], texts[row], sheet.first_column)
    text = ROW.join(lines) + ROW
    if text.count(CELL) != (sheet.width - 1) * len(rows) or text.count(ROW) != len(rows):
        text = "".join(line_of([without_separators(value) for value in row]) + ROW for row in rows)
    data = text.encode(errors="replace")
    send_line({"row": first_row, "bytes": len(data), "strays": [(row, strays[row]) for row in strays if row in here]})
    sys.stdout.buffer.write(data)


def with_texts(line: str, texts: list[tuple[int, str]], first_column: int) -> str:
    """A line with other texts in some of its cells."""
    cells = line.split(CELL)
    for column, text in texts:
        if 0 <= column - first_column < len(cells):
            typed = cells[column - first_column]
            cells[column - first_column] = text.replace(TYPED, typed) if typed or TYPED not in text else ""
    return CELL.join(cells)
