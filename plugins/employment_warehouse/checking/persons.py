"""Personal data in the free texts of a table: names from its name columns, and numbers split over two cells."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import polars as pl

from employment_warehouse.contract import Contract
from employment_warehouse.masking import MASK, personal_places

# A short name is a word as well (普工, 高原): it is a name beside one of these.
_AFTER_A_SHORT_NAME = "的之代转"
_BEFORE_A_SHORT_NAME = "系由与和同给替"
_SHORT = 2
_LONG = 3
_ENDS, _BEGINS = r"[0-9０-９][^0-9０-９\p{L}]*$", r"^[^0-9０-９\p{L}]*[0-9０-９]"


def without_names(rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """The rows of a frame with persons masked in their free texts.

    Masked are the row's own person (a bank writes whose account is wrong, and somebody self-employed is their own
    employer), others whom the frame names (whose wife somebody is, or who is paid in somebody's place), and personal
    numbers that begin in one text and end in the next. What names a thing keeps the names in it (a firm is called after
    its owner).
    """
    texts = [column for column in contract.columns if column.type.name == "text"]
    masked = {}
    names = pl.concat(
        [rows[column.name].cast(pl.String) for column in contract.columns if column.type.identity == "name"]
        or [pl.Series(dtype=pl.String)]
    )
    for column in texts:
        cells = rows[column.name]
        if contract.name_column is not None:
            cells = _without_own_name(cells, rows[contract.name_column], whole=column.names_thing)
        if not column.names_thing:
            cells = _without_other_names(cells, names)
        masked[column.name] = cells
    for first, second in itertools.pairwise(texts):
        pair = masked[first.name], masked[second.name]
        masked[first.name], masked[second.name] = _without_split_numbers(*pair)
    changed = {name: cells for name, cells in masked.items() if cells is not rows[name]}
    return rows.with_columns(**changed) if changed else rows


def _without_own_name(cells: pl.Series, names: pl.Series, *, whole: bool) -> pl.Series:
    """whole: only a text that consists of the name alone."""
    table = pl.DataFrame({"cell": cells, "name": names})
    has_name = pl.col("cell") == pl.col("name") if whole else pl.col("cell").str.contains(pl.col("name"), literal=True)
    at = table.select(has_name.and_(pl.col("name").str.len_chars() > 1).fill_null(False)).to_series().arg_true()
    if not len(at):
        return cells
    pairs = zip(cells.gather(at), names.gather(at), strict=True)
    return cells.clone().scatter(at, [cell.replace(name, MASK) for cell, name in pairs])


def _without_other_names(cells: pl.Series, names: pl.Series) -> pl.Series:
    """Without the names of anyone in the frame. Texts repeat, so few texts and few names are searched."""
    texts = [text for text in cells.unique() if text and len(text) >= _LONG]
    grams = {gram for text in texts for gram in _grams(text)}
    if not grams:
        return cells
    after = {gram[:_SHORT] for gram in grams if gram[-1] in _AFTER_A_SHORT_NAME}
    before = {gram[1:] for gram in grams if gram[0] in _BEFORE_A_SHORT_NAME}
    head = names.str.slice(0, _LONG)
    wanted = pl.Series(sorted(grams | after | before), dtype=pl.String)
    found = names.filter(head.is_in(wanted.implode())).unique().sort().to_list()
    if not found:
        return cells
    pattern = re.compile("|".join(_spelt(name) for name in sorted(found, key=len, reverse=True)))
    without = {text: pattern.sub(MASK, text) for text in texts}
    changed = {text: new for text, new in without.items() if new != text}
    return cells.replace(changed) if changed else cells


def _grams(text: str) -> Iterator[str]:
    """Every three signs of a text that stand together, blanks left out."""
    bare = "".join(text.split())
    return (bare[at : at + _LONG] for at in range(len(bare) - _LONG + 1))


def _spelt(name: str) -> str:
    """A regular expression for a name, with or without blanks in it; for a short one, only where it must be a name."""
    letters = r"\s*".join(map(re.escape, name))
    if len(name) > _SHORT:
        return letters
    return rf"{letters}(?=\s*[{_AFTER_A_SHORT_NAME}])|(?<=[{_BEFORE_A_SHORT_NAME}]){letters}"


def _without_split_numbers(first: pl.Series, second: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Without personal numbers that begin at the end of one text and end at the beginning of the next."""
    begins = second.str.contains(_BEGINS).fill_null(False)
    if not begins.any():
        return first, second
    at = (begins & first.str.contains(_ENDS).fill_null(False)).arg_true()
    if not len(at):
        return first, second
    pairs = pl.DataFrame(map(_mask_across, first.gather(at), second.gather(at)), ["first", "second"], orient="row")
    return first.clone().scatter(at, pairs["first"]), second.clone().scatter(at, pairs["second"])


def _mask_across(first: str, second: str) -> tuple[str, str]:
    for start, end in personal_places(first + second):
        if start < len(first) < end:
            return first[:start] + MASK, MASK + second[end - len(first) :]
    return first, second
