"""The sheets of a workbook, as blocks of rows."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from .cells import plain_text_of
from .markup import FindTexts, Merged
from .protocol import refuse

HEAD_ROWS = 80
MOST_COLUMNS = 16_384  # what Excel has

Strays = dict[int, str]  # row → what stands beside the sheet's columns
Rows = list[list[Any]]
Check = Callable[[Rows], None]
Item = TypeVar("Item")


def accept(rows: Rows) -> None:
    """No check: nothing is known that the rows could be compared with."""


class Block:
    """Consecutive rows of a sheet, as a rectangle. texts: finds the cells that the library does not read correctly;
    check: refuses rows of which it has lost some.
    """

    def __init__(self, sheet: Any, texts: FindTexts, check: Check = accept) -> None:
        if sheet.width > MOST_COLUMNS:
            refuse("too_many_cells_declared")
        first: tuple[int, int] = sheet.start or (0, 0)
        self.first_row, self.first_column = first  # from 0
        self.height: int = sheet.height
        self.width: int = sheet.width
        self.texts = texts
        self._sheet, self._check = sheet, check

    def head(self, row_count: int) -> Rows:
        """The first rows."""
        rows: Rows = self._sheet.to_python(nrows=row_count)
        return rows

    def rows(self) -> Rows:
        """All rows."""
        rows: Rows = self._sheet.to_python()
        self._check(rows)
        return rows


class Sheet:
    """A sheet that is read from its first block on; its columns are those of that block."""

    def __init__(self, name: str, is_hidden: bool, blocks: Iterator[Block], merged: Merged) -> None:
        self.name, self.is_hidden, self.merged = name, is_hidden, merged
        first = next(blocks)
        self.blocks = itertools.chain([first], blocks)
        self.first_column, self.width = first.first_column, first.width
        above = min(first.first_row, HEAD_ROWS)
        rows = first.head(HEAD_ROWS - above)
        self.head = [[""] * self.width] * above + [[plain_text_of(value) for value in row] for row in rows]

    def rows(self, block: Block) -> tuple[Rows, Strays]:
        """The block's rows in the sheet's columns, and what stands in other columns."""
        rows = block.rows()
        left = self.first_column - block.first_column
        if left == 0 and block.width == self.width:
            return rows, {}
        begin, end = max(0, left), max(0, left + self.width)
        strays = {
            block.first_row + 1 + at: " ".join(map(plain_text_of, others))
            for at, row in enumerate(rows)
            if (others := [value for value in row[:begin] + row[end:] if value != ""])
        }
        rows = [[""] * max(0, -left) + row[begin:end] for row in rows]
        return [row + [""] * (self.width - len(row)) for row in rows], strays


@dataclass(frozen=True)
class Workbook:
    """The worksheets, in their order, and whether a number that is a day counts from 1904."""

    sheets: list[Sheet]
    since_1904: bool


def prefetch(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items in their order; while the caller uses one, another thread computes the next two."""
    with ThreadPoolExecutor(1) as executor:
        pending = deque(executor.submit(next, items, None) for _ in range(2))
        while (item := pending.popleft().result()) is not None:
            pending.append(executor.submit(next, items, None))
            yield item
