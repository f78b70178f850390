"""Which lines of a cut table are rows: not the blank ones, not totals, not the header once more."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from employment_warehouse.reading.cell_forms import BLANKS, TOTALS, is_total
from employment_warehouse.reading.header import Header
from employment_warehouse.reading.table import Refused

# First byte of a blank in UTF-8 → how many bytes it has; beyond ASCII few other characters begin with one of these.
BLANK_LEAD_BYTES = {character.encode()[0]: len(character.encode()) for character in BLANKS if character not in "\r\n"}


# Of the contract's headers that make a row another header; fewer may be chance.
_OF_A_HEADER = 0.6


def is_row(cells: Sequence[str], header: Header) -> bool:
    """Whether trimmed cells, of any number, are a row (perhaps a broken one)."""
    return any(cells) and not is_total(cells) and list(cells[: len(header.texts)]) != header.texts


def refuse_second_header(cells: Sequence[str], header: Header, line: int) -> None:
    """The header of a contract's table may come again, but not in another order: the rows below would be read by the
    wrong one. Raises Refused (second_header).
    """
    if not header.columns or not cells or cells[0] not in header.texts:
        return
    known = [(at, cell) for at, cell in enumerate(cells) if cell and cell in header.texts]
    is_moved = any(header.texts[at : at + 1] != [cell] for at, cell in known)
    if is_moved and len(known) >= max(3, _OF_A_HEADER * len(header.columns)):
        raise Refused("second_header", f"第 {line} 行 | line {line}")


def only_rows(frame: pl.DataFrame, header: Header) -> pl.DataFrame:
    """The same for a frame of `line` and trimmed columns c0, c1, …; columns beyond the header's stay.

    Raises Refused as refuse_second_header does.
    """
    texts = [name for name in frame.columns if name.startswith("c")]
    first = pl.col("c0").cast(pl.String).fill_null("")
    suspects = frame.select((first == "") | first.is_in(header.texts) | first.str.contains("计", literal=True))
    if not suspects.to_series().any():  # the usual case costs one look at one column
        return frame
    frame = frame.with_columns(pl.col(texts).cast(pl.String).fill_null(""))
    for line, *cells in frame.filter(first != "", first.is_in(header.texts)).select("line", *texts).iter_rows():
        refuse_second_header(cells, header, line)
    blank = pl.all_horizontal(pl.col(name) == "" for name in texts)
    repeated = pl.all_horizontal(pl.col(f"c{at}") == text for at, text in enumerate(header.texts))
    filled = pl.coalesce(pl.when(pl.col(name) != "").then(pl.col(name)) for name in texts)
    total = filled.str.replace_all(r"\s", "").str.strip_chars_end(":：").is_in(list(TOTALS)).fill_null(False)
    return frame.filter(~(blank | repeated | total))


def trimmed(frame: pl.DataFrame) -> pl.DataFrame:
    """Every text column as Python's str.strip would leave it."""
    return frame.with_columns(pl.col(pl.String).str.strip_chars(BLANKS))
