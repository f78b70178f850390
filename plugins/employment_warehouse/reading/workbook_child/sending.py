"""Opens the workbook with the library and sends what is asked for."""

from __future__ import annotations

import itertools
import json
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import python_calamine as calamine

from .cells import line_of, without_marks
from .markup import Errors, FindErrors, Merged
from .pieces import Slot
from .protocol import CELL, ROW, Refusal, refuse, say
from .sheets import Block, Sheet, Strays

BATCH = 25_000


Item = TypeVar("Item")


def speak(
    path: str, errors: Sequence[FindErrors], pieces: dict[int, Iterator[bytes]], merged: Sequence[Merged]
) -> None:
    """Open the workbook, show the heads of its sheets, send what is asked for."""
    try:
        sheets = opened(path, errors, pieces, merged)
        say({"sheets": [{"name": sheet.name, "hidden": sheet.is_hidden, "head": sheet.head} for sheet in sheets]})
        for take in json.loads(sys.stdin.readline()):
            send(sheets[take])
        say({"end": True})
    except (MemoryError, Refusal):
        raise
    except calamine.PasswordError:
        refuse("password_protected")
    except Exception as error:
        refuse("password_protected" if "assword" in str(error) else "workbook_unreadable")


def opened(
    path: str, errors: Sequence[FindErrors], pieces: dict[int, Iterator[bytes]], merged: Sequence[Merged]
) -> list[Sheet]:
    """The worksheets; of large ones the first piece has been read.

    errors: how to find the error cells of each sheet, by its place in the workbook; pieces: the rows of the large ones;
    merged: fills up while a sheet is read.
    """
    begun = {at: first for at, rows in pieces.items() if (first := next(rows, b""))}
    slot = Slot(path, min(begun)) if begun else None
    book = slot.book if slot else calamine.load_workbook(path)
    sheets = []
    blocks: Iterator[Block]
    for at, meta in enumerate(book.sheets_metadata):
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if slot and at in begun:
            blocks = map(slot.block, itertools.chain([begun[at]], pieces[at]))
            if at == min(begun):  # the one that is asked for, as a rule
                blocks = prefetch(blocks)
        else:
            blocks = iter([Block(book.get_sheet_by_index(at), errors[at] if at < len(errors) else dict)])
        is_hidden = meta.visible != calamine.SheetVisibleEnum.Visible
        sheets.append(Sheet(meta.name, is_hidden, blocks, merged[at] if at < len(merged) else set()))
    return sheets


def send(sheet: Sheet) -> None:
    """All rows of a sheet, in batches, while the next block is being read."""
    row_before = -1
    for block in prefetch(sheet.blocks):
        if not block.height:  # rows of empty cells
            continue
        if block.first_row <= row_before:
            refuse("workbook_unreadable")  # rows in disorder
        row_before = block.first_row + block.height - 1
        (rows, strays), errors = sheet.rows(block), block.errors()
        for at in range(0, len(rows), BATCH):
            send_rows(sheet, block.first_row + 1 + at, rows[at : at + BATCH], errors, strays)
    say({"sheet_end": True, "merged": sorted(sheet.merged)})


def prefetch(items: Iterator[Item]) -> Iterator[Item]:
    """The same, with the next two being made while the last is used."""
    with ThreadPoolExecutor(1) as maker:
        coming = deque(maker.submit(next, items, None) for _ in range(2))
        while (item := coming.popleft().result()) is not None:
            coming.append(maker.submit(next, items, None))
            yield item


def send_rows(sheet: Sheet, first_row: int, rows: list[list[Any]], errors: Errors, strays: Strays) -> None:
    lines = list(map(line_of, rows))
    here = range(first_row, first_row + len(rows))
    for row in errors.keys() & set(here) if errors else ():
        lines[row - first_row] = with_errors(lines[row - first_row], errors[row], sheet.first_column)
    text = ROW.join(lines) + ROW
    if text.count(CELL) != (sheet.width - 1) * len(rows) or text.count(ROW) != len(rows):
        text = "".join(line_of([without_marks(value) for value in row]) + ROW for row in rows)
    data = text.encode(errors="replace")
    say({"row": first_row, "bytes": len(data), "strays": [(row, strays[row]) for row in strays if row in here]})
    sys.stdout.buffer.write(data)


def with_errors(line: str, errors: list[tuple[int, str]], first_column: int) -> str:
    cells = line.split(CELL)
    for column, text in errors:
        if 0 <= column - first_column < len(cells):
            cells[column - first_column] = text
    return CELL.join(cells)
