"""What the library would lose in silence: of two cells in one place, or two rows of one number, it keeps the last,
as of two values in one cell.

As a rule it is enough to count: a sheet has as many values and rows in its XML as came out of it. Only where the counts
differ (texts that are empty, errors, rows of nothing) are the places compared.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from .markup import column_number
from .protocol import refuse
from .values import repeats_a_value

ROW_NUMBER = re.compile(rb'row (?:[^>]*? )?r="(\d+)"')  # a search that begins with letters is fast
CELL_PLACE = re.compile(rb' r="([A-Z]+\d+)"')
TAG = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])([^>]*)")
COMMENT = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.S)
PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")


def refuse_losses(xml: bytes, rows: list[list[Any]]) -> None:
    """Refuse the rows of a sheet if more of them stands in its XML than came out of it."""
    blank = [""] * len(rows[0]) if rows else []
    row_count = len(rows) - rows.count(blank)
    cell_count = len(rows) * len(blank) - sum(map(list.count, rows, itertools.repeat("")))
    if has_cells(xml, cell_count) and has_rows(xml, row_count):
        return
    if repeats_a_place(xml) or repeats_a_value(xml):
        refuse("workbook_unreadable")


def has_cells(xml: bytes, expected: int) -> bool:
    """Whether there are exactly this many values, as far as counting shows. No letter of the usual XML but those of two
    tags is a v, and no inline text is without an i: a single byte is counted twice as fast as several.
    """
    if b"i" not in xml and xml.count(b"v") == 2 * expected:
        return True
    has_prefix = b":v" in xml or b":is" in xml
    return not has_prefix and xml.count(b"</v") + xml.count(b"</is") == expected


def has_rows(xml: bytes, expected: int) -> bool:
    """Whether there are exactly this many rows. In the usual XML only their tags have a w."""
    return xml.count(b"w") == 2 * expected or (b":row" not in xml and xml.count(b"<row") == expected)


def repeats_a_place(xml: bytes) -> bool:
    """Whether two rows have one number, or two cells one place."""
    if b"<!" in xml:
        xml = COMMENT.sub(b"", xml)
    numbers, cells = ROW_NUMBER.findall(xml), CELL_PLACE.findall(xml)
    if b":c" in xml or len(numbers) < xml.count(b"<row") or len(cells) < xml.count(b"<c"):
        numbers, cells = places_of_any_form(xml)
    return len({*map(int, numbers)}) < len(numbers) or len({*cells}) < len(cells)


def places_of_any_form(xml: bytes) -> tuple[list[int], list[tuple[int, int]]]:
    """The numbers of rows, and rows and columns of cells, tag by tag: what has no place of its own follows the last."""
    numbers: list[int] = []
    cells: list[tuple[int, int]] = []
    row = column = 0
    for kind, attributes in TAG.findall(xml):
        place = PLACE.search(attributes)
        if kind == b"row":
            row, column = int(place[2]) if place else row + 1, 0
            numbers.append(row)
        else:
            column = column_number(place[1].upper()) if place else column + 1
            cells.append((int(place[2]) if place else row, column))
    return numbers, cells
