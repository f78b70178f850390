"""Which lines of a cut table are rows: not the blank ones, not totals and notes, not the header repeated."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from employment_warehouse.reading.cell_forms import BLANKS, VALUE, filled_count, is_total, visible
from employment_warehouse.reading.header import Header
from employment_warehouse.reading.header_by_contract import named_columns
from employment_warehouse.reading.no_change import says_rest_unchanged
from employment_warehouse.reading.paper_lines import (
    has_identity,
    is_amount_in_words,
    is_paper_line,
    is_row_by_content,
)
from employment_warehouse.reading.refusals import amounts_not_in_yuan, header_not_found
from employment_warehouse.reading.table import Refused
from employment_warehouse.reading.units import is_other_unit, states_other_unit, states_step, states_unit_of_table

# First byte of a blank in UTF-8 → how many bytes it has; beyond ASCII few other characters begin with one of these.
BLANK_LEAD_BYTES = {character.encode()[0]: len(character.encode()) for character in BLANKS if character not in "\r\n"}

# Of the contract's columns, or of a line's own cells, that make a line of names another header; fewer may be chance.
_MIN_HEADER_SHARE = 0.6
# A cell that begins like an ID number or an account, and not like a number of people: its line is a row, whatever else
# it contains; in one piece, or parted as these are: 533321 19900101 1234, 6222 0210 1234 5678. A day and a telephone
# (13800000000) have fewer digits, or other parts.
_IDENTIFIED = (
    r"^['`\"]?(?:[0-9]{12}|[02-9][0-9]{8}|1[0-2][0-9]{7}"
    r"|[0-9]{6}[\s-]+[0-9]{4}[\s-]*[0-9]{2}[\s-]*[0-9]{2}|[0-9]{4}[\s-]+[0-9]{4}[\s-]+[0-9]{4})"
)
# What every cell has that states a unit of the table.
_MAYBE_A_UNIT = "[单單].{0,4}[位]|[以按用].{1,12}[单單计計]"


def is_row(cells: Sequence[str], header: Header) -> bool:
    """Whether trimmed cells, of any number, are a row (perhaps a broken one)."""
    if not any(cell.strip("\0") for cell in cells):
        return False
    if header.types and has_identity(cells, header):
        return True
    if _is_header(cells, header):
        return False
    if not header.types:
        return not is_total(cells)
    return not is_paper_line(cells, header)


def refuse_contradiction(cells: Sequence[str], header: Header, line: int, row: bool) -> None:
    """The header of a contract's table may be repeated, but not with other columns or in another order, by which the
    rows below would be read wrongly; a line that is not a whole row may not say that amounts are not in yuan; and one
    that is none may not say that others have not changed.

    row: the result of `is_row`. Raises Refused: second_header, amounts_not_in_yuan, rows_not_repeated.
    """
    if not header.columns or not any(cells):
        return
    is_identified = has_identity(cells, header)
    if is_identified and is_row_by_content(cells, header):
        return
    if header.has_money and _states_other_unit(cells, row):
        raise amounts_not_in_yuan(f"第 {line} 行 line {line}")
    if not row and header.contract and header.contract.is_exhaustive and says_rest_unchanged(cells):
        raise Refused("rows_not_repeated", "line", line=line)
    if is_identified or _is_printed_head(cells, header):
        return
    differs, known_count = _repeats(cells, header)
    if differs and known_count >= max(3, _least_headings(cells, header)):
        raise Refused("second_header", "line", line=line)


def only_rows(frame: pl.DataFrame, header: Header) -> pl.DataFrame:
    """The rows of a frame of `line` and trimmed columns c0, c1, …; columns beyond the header's stay.

    Raises Refused as refuse_contradiction does.
    """
    _refuse_units(frame, header)
    _refuse_disagreement(frame, header)
    texts = [name for name in frame.columns if name.startswith("c")]
    suspects = frame.select(_suspects(header)).to_series()
    if not suspects.any():  # the usual case costs a scan of one column
        return frame
    at = suspects.arg_true()
    lines = frame[at].select("line", pl.col(texts).cast(pl.String).fill_null(""))
    dropped = []
    for index, (line, *cells) in zip(at, lines.iter_rows(), strict=True):
        row = is_row(cells, header)
        refuse_contradiction(cells, header, line, row)
        if not row:
            dropped.append(index)
    return frame.filter(~pl.Series(range(frame.height)).is_in(dropped)) if dropped else frame


def _refuse_units(frame: pl.DataFrame, header: Header) -> None:
    """Raises Refused if a cell that is not of the contract says that amounts are not in yuan."""
    for at in header.columns_of_others:
        if f"c{at}" not in frame.columns:
            continue
        texts = frame[f"c{at}"].cast(pl.String).unique().drop_nulls()
        if at in header.unit_columns and any(is_other_unit(text) for text in texts if len(text) > 1):
            raise amounts_not_in_yuan()
        if any(map(states_unit_of_table, texts.filter(texts.str.contains(_MAYBE_A_UNIT)))):
            raise amounts_not_in_yuan()


def _refuse_disagreement(frame: pl.DataFrame, header: Header) -> None:
    """Raises Refused if two columns that name the same say different things in a row."""
    names = {at: name for name, at in header.columns.items()}
    for at, chosen in header.doubles.items():
        if header.contract is None or f"c{at}" not in frame.columns:
            continue
        column = header.contract.column(names[chosen])
        one, other = (column.parse(frame[f"c{place}"].cast(pl.String)).values for place in (chosen, at))
        lines = frame["line"].filter((one != other).fill_null(False))
        if len(lines):
            first, second = header.texts[chosen], header.texts[at]
            raise header_not_found("columns_differ", line=lines[0], first=first, second=second, header=column.header)


def trimmed(frame: pl.DataFrame) -> pl.DataFrame:
    """Every text column as Python's str.strip would leave it."""
    return frame.with_columns(pl.col(pl.String).str.strip_chars(BLANKS))


def _suspects(header: Header) -> pl.Expr:
    """Which lines may not be rows; those that are left out are rows for certain."""
    anchor = next((at for at, kind in header.types.items() if kind.identity in ("person", "account")), None)
    if anchor is not None:
        return ~pl.col(f"c{anchor}").cast(pl.String).fill_null("").str.contains(_IDENTIFIED)
    if header.types:
        return pl.repeat(True, pl.len())
    first = pl.col("c0").cast(pl.String).fill_null("")
    return (first == "") | first.is_in(header.texts) | first.str.contains("计", literal=True)


def _is_header(cells: Sequence[str], header: Header) -> bool:
    """Whether the header is repeated: exactly, or, of a contract's table, in other words or with other marks."""
    if list(map(visible, cells[: len(header.texts)])) == header.texts or _is_printed_head(cells, header):
        return True
    differs, known_count = _repeats(cells, header)
    return not differs and known_count >= max(2, _least_headings(cells, header))


def _is_printed_head(cells: Sequence[str], header: Header) -> bool:
    """Whether a line is one of those at the head: the first row of a header of two has headings."""
    return bool(header.contract) and tuple(cell for cell in map(visible, cells) if cell) in header.head


def _least_headings(cells: Sequence[str], header: Header) -> float:
    """How many columns a line has to name to be a header: it may have fewer than the header above."""
    return _MIN_HEADER_SHARE * min(len(header.columns), filled_count(cells))


def _repeats(cells: Sequence[str], header: Header) -> tuple[bool, int]:
    """Whether a line names columns of the contract in other places than the header, or something else in their places;
    and how many of them it names. A line with a value names none. Raises Refused: amounts_not_in_yuan.
    """
    if header.contract is None or any(VALUE.match(cell) for cell in cells if cell):
        return False, 0
    named = named_columns(list(cells), header.contract)
    known = [name for name in named if name in header.columns]
    differs = any(
        named[name] != header.columns[name] if name in named else at < len(cells) and cells[at] != ""
        for name, at in header.columns.items()
    )
    return differs, len(known)


def _states_other_unit(cells: Sequence[str], row: bool) -> bool:
    """In words; or, where the line may not be a row, by a unit alone in a cell, or one that is an amount too (of a row
    these may be a name, and what an employer pays).
    """
    filled = [cell for cell in cells if cell]
    line = "|".join(filled)
    if states_other_unit(line):
        return True
    if row or is_amount_in_words(cells):  # 佰万 is one of its places
        return False
    return states_step(line) or any(is_other_unit(cell) for cell in filled if len(cell) > 1)
