"""Which lines of a cut table are rows: not the blank ones, not totals, not the header once more."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from employment_warehouse.reading.header import BLANKS, TOTALS, Header, is_total

# First byte of a blank in UTF-8 → how many bytes it has; beyond ASCII few other characters begin with one of these.
FIRST_OF_BLANKS = {character.encode()[0]: len(character.encode()) for character in BLANKS if character not in "\r\n"}


def is_row(cells: Sequence[str], header: Header) -> bool:
    """Whether trimmed cells, of any number, are a row (perhaps a broken one)."""
    return any(cells) and not is_total(cells) and list(cells[: len(header.texts)]) != header.texts


def only_rows(frame: pl.DataFrame, header: Header) -> pl.DataFrame:
    """The same for a frame of trimmed columns c0, c1, …; columns beyond the header's stay."""
    texts = [name for name in frame.columns if name.startswith("c")]
    first = pl.col("c0")
    suspects = frame.select((first == "") | (first == header.texts[0]) | first.str.contains("计", literal=True))
    if not suspects.to_series().any():  # the usual case costs one look at one column
        return frame
    blank = pl.all_horizontal(pl.col(name) == "" for name in texts)
    repeated = pl.all_horizontal(pl.col(f"c{at}") == text for at, text in enumerate(header.texts))
    filled = pl.coalesce(pl.when(pl.col(name) != "").then(pl.col(name)) for name in texts)
    total = filled.str.replace_all(r"\s", "").str.strip_chars_end(":：").is_in(list(TOTALS)).fill_null(False)
    return frame.filter(~(blank | repeated | total))


def trimmed(frame: pl.DataFrame) -> pl.DataFrame:
    """Every text column as Python's str.strip would leave it."""
    return frame.with_columns(pl.col(pl.String).str.strip_chars(BLANKS))
