"""Cells as people and worksheets write them → clean texts. Whole columns at a time; only what needs it is cleaned."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from employment_warehouse.contract.column_types.characters import INVISIBLE, NUMERIC_CELL, PRIVATE_USE

# Full-width letters, digits and signs are 0xFEE0 above the ASCII ones.
WIDE = [chr(code + 0xFEE0) for code in range(0x21, 0x7F)]
NARROW = [chr(code) for code in range(0x21, 0x7F)]
_WIDE_ALPHANUMERIC = [wide for wide, narrow in zip(WIDE, NARROW, strict=True) if narrow.isalnum()]
_NARROW_ALPHANUMERIC = [narrow for narrow in NARROW if narrow.isalnum()]

BLANK = rf"\s{INVISIBLE}"
# What no text may contain unchanged: characters without width, or in private use, or left by a failed conversion.
DAMAGED_OR_INVISIBLE = rf"[{INVISIBLE}\x{{e000}}-\x{{f8ff}}\x{{fffd}}]"
CONVERTED_TWICE = "锟斤拷"  # U+FFFD in UTF-8, read as GBK
# What means nothing, written by people, or by programs in their own case (`none` is a code).
NOTHING = r"^(?:无|暂无|/|／|-|－|—|——|--|NULL|null|nan|NaN|NaT|None|\\N|<NA>|N/A|n/a|)$"
# How programs print a long number, of which they have kept fifteen digits: a worksheet 5.32528E+17, in some countries
# 5,32528E+17; Java and MySQL without a plus, from 1.0E7 on (24E12 is a number of somebody's own).
SCIENTIFIC = r"(?:[0-9]+(?:[.,][0-9]*)?[Ee]\+[0-9]+|[0-9][.,][0-9]+[Ee](?:[7-9]|[1-9][0-9]{1,2}))"
NUMERIC = rf"^(?:{NUMERIC_CELL}|{SCIENTIFIC}$)"
FLOAT_TAIL = r"\.0+$"
# By which people and programs mark a number as text: '6217…, `6217…, ="6217…".
MARKS = "'\"`‘’“”="
_UNTIDY = rf"[{BLANK}'`=！-～]|{NOTHING}"
_PRIVATE, _STANDARD = [*PRIVATE_USE.keys()], [*PRIVATE_USE.values()]
_PADDING = rf"^[{BLANK}]+|[{BLANK}]+$"

Change = Callable[[pl.Expr], pl.Expr]


def tidied(cells: pl.Series) -> pl.Series:
    """The cells without padding, quotation and full-width signs; null where a cell means nothing."""
    return _changed(cells, cells.str.contains(_UNTIDY), tidy)


def tidy(text: pl.Expr) -> pl.Expr:
    """Texts in ASCII letters, digits and signs, without padding, `="…"`, apostrophe and backtick; null for nothing."""
    return _or_nothing(unquoted(text.str.replace_many(WIDE, NARROW)))


def tidy_text(text: pl.Expr) -> pl.Expr:
    """Texts tidied as by `tidy`, but: signs stay as written; `3.0`, a worksheet's form of 3, becomes `3`; a private-use
    character becomes the one that it stands for.
    """
    known = text.str.replace_many(_WIDE_ALPHANUMERIC + _PRIVATE, _NARROW_ALPHANUMERIC + _STANDARD)
    bare = unquoted(known)
    return _or_nothing(bare.str.replace(r"^([0-9]+)\.0+$", "$1"))


def unquoted(text: pl.Expr) -> pl.Expr:
    """Texts without characters that have no width, padding, `="…"` and a leading apostrophe or backtick."""
    return (
        text.str.replace_all(f"[{INVISIBLE}]", "")
        .str.replace_all(_PADDING, "")
        .str.replace(r'^="(.*)"$', "$1")
        .str.replace(r"^['`]", "")
        .str.replace_all(_PADDING, "")
    )


def unmarked(number: pl.Expr) -> pl.Expr:
    """Numbers without the signs around them that mark them as text."""
    return number.str.replace(rf"^[{MARKS}]*([0-9A-Za-z][^{MARKS}]*)[{MARKS}]*$", "$1")


def cleaned(cells: pl.Series, untidy: pl.Series, clean: Change, why: Change) -> tuple[pl.Series, pl.Series | None]:
    """The cells, of which only the untidy ones are cleaned; null, with the reason, where there is a reason why."""
    if not untidy.any():
        return cells, None

    def clean_or_nothing(text: pl.Expr) -> pl.Expr:
        tidy = clean(text)
        return pl.when(tidy != "").then(tidy)

    values = _changed(cells, untidy, clean_or_nothing)
    at = untidy.arg_true()
    found = values.gather(at).to_frame("value").select(why(pl.col("value")).cast(pl.String)).to_series()
    if found.null_count() == len(found):
        return values, None
    reasons = pl.repeat(None, len(cells), dtype=pl.String, eager=True).scatter(at, found)
    return values.set(reasons.is_not_null(), None), reasons


def _or_nothing(text: pl.Expr) -> pl.Expr:
    return pl.when(~text.str.contains(NOTHING)).then(text)


def _changed(cells: pl.Series, which: pl.Series, change: Change) -> pl.Series:
    """The cells with some of them changed; only these cost time."""
    if not which.any():
        return cells
    at = which.arg_true()
    selected = cells.gather(at).to_frame("cell").select(change(pl.col("cell"))).to_series()
    return cells.clone().scatter(at, selected)
