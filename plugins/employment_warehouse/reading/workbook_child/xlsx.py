"""An xlsx: its sheets pass through a slot in pieces; one that cannot be cut is read by the library as it is."""

from __future__ import annotations

import functools
import itertools
import zipfile
from collections.abc import Iterator

import python_calamine as calamine

from .archive import Package, is_uncalculated, open_package
from .losses import refuse_losses
from .markup import PIECE, CellRules, Merged, texts_of_part
from .pieces import Slot, rows_in_pieces
from .protocol import refuse
from .sheets import Block, Rows, Sheet, Workbook, prefetch
from .values import are_plain, plain_values


def open_xlsx(path: str) -> Workbook:
    """Open the workbook; of each sheet the first piece is read."""
    package = open_package(path)
    merged: list[Merged] = [set() for _ in package.sheets]
    pieces: dict[int, Iterator[bytes]] = {}
    for at, (_, kind, part) in enumerate(package.sheets):
        if part and kind == "worksheet":
            searched = itertools.chain([PIECE], itertools.repeat(PIECE // 16))
            rows: Iterator[bytes] = map(plain_values, rows_in_pieces(package.archive, part, merged[at]), searched)
            rows = prefetch(rows) if part.file_size > PIECE else rows
            if (first := next(rows, None)) is not None:
                pieces[at] = itertools.chain([first], rows)
    slot = Slot(path, package, min(pieces)) if pieces else None
    whole = functools.cache(lambda: calamine.load_workbook(path))
    sheets = []
    for at, meta in enumerate((slot.book if slot else whole()).sheets_metadata):
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if slot and at in pieces:
            block = functools.partial(slot.block, rules_of(package, package.sheets[at][2]))
            blocks: Iterator[Block] = map(block, pieces[at])
            if is_large(package, at) and at == min(pieces):  # the one that is asked for, as a rule
                blocks = prefetch(blocks)
        else:
            blocks = iter([whole_block(whole(), at, package, merged)])
        is_hidden = meta.visible != calamine.SheetVisibleEnum.Visible
        sheets.append(Sheet(meta.name, is_hidden, blocks, merged[at] if at < len(merged) else set()))
    return Workbook(sheets, package.since_1904)


def rules_of(package: Package, part: zipfile.ZipInfo | None) -> CellRules:
    """What to look for in a sheet; how it was written is read when a formula is met."""
    uncalculated = functools.cache(lambda: part is not None and is_uncalculated(package, part))
    return CellRules(package.formats, package.text_formats, uncalculated)


def is_large(package: Package, at: int) -> bool:
    part = package.sheets[at][2]
    return part is not None and part.file_size > PIECE


def whole_block(book: calamine.CalamineWorkbook, at: int, package: Package, merged: list[Merged]) -> Block:
    """A sheet that cannot be cut, as the library reads it."""
    part: zipfile.ZipInfo | None = package.sheets[at][2] if at < len(package.sheets) else None
    if part is None:
        refuse("workbook_unreadable")

    def check(rows: Rows) -> None:
        xml = package.archive.read(part)
        if not are_plain(xml):
            refuse("workbook_unreadable")
        refuse_losses(xml, rows)

    texts = functools.partial(texts_of_part, package.archive, part, rules_of(package, part), merged[at])
    return Block(book.get_sheet_by_index(at), texts, check)
