"""The header of any table: the row that a careful human would choose."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest

from employment_warehouse.reading.cell_forms import (
    LABEL,
    NOTHING,
    VALUE,
    are_values,
    filled_count,
    is_note,
    looks_like_data,
)
from employment_warehouse.reading.header_by_contract import DEPTH
from employment_warehouse.reading.refusals import header_not_found, rows_above_header

CELLS_OF_A_ROW = 3  # a title has fewer, and a line such as 单位：…　日期：…
MIN_FILLED_SHARE = 0.6  # of the cells that the rows below have


def locate_by_form(rows: list[list[str]]) -> tuple[int, list[str]]:
    """The first row that is as wide as the table and names more than its first column, unless it is a note above a
    better one; with the names below it, if it has headings over several of them.
    """
    filled = [row for row in rows if any(row)]
    if not filled:
        raise header_not_found("blank")
    usual, row_count = _usual_width(filled)
    if len(filled) > 5 and row_count < len(filled) / 2:
        raise header_not_found("uneven_rows")
    for index, row in enumerate(rows[:DEPTH]):
        named = [position for position, cell in enumerate(row) if cell]
        wide = usual == 1 or (len(row) >= usual and len(named) >= usual / 2 and named != [0])
        if named and wide and not is_note(row) and not _stands_above_header(row, rows[index + 1 :]):
            if looks_like_data(row, [later for later in rows[index + 1 :] if len(later) == len(row)]):
                raise header_not_found("data_first")
            least = max(CELLS_OF_A_ROW, len(named) * MIN_FILLED_SHARE)
            if any(
                filled_count(above) >= least and not is_note(above) and not _stands_above_header(above, rows[at + 1 :])
                for at, above in enumerate(rows[:index])
            ):
                raise rows_above_header()
            below = next((at for at in range(index + 1, len(rows)) if any(rows[at])), index)
            if _has_names_below(row, rows[below:]):
                return below, _with_headings(row, rows[below])
            return index, row
    raise header_not_found("no_such_row")


def _stands_above_header(row: list[str], below: list[list[str]]) -> bool:
    """Whether a row is a note in several cells: it has gaps or values, and one of the next rows has a name in every
    column, above values.
    """
    has_gaps, has_values = not all(row), any(VALUE.match(cell) or LABEL.search(cell) for cell in row if cell)
    if not (has_gaps or has_values):
        return False
    following = [later for later in below if any(later)]
    for at, names in enumerate(following[:3]):
        if not all(names) or len({*names}) < len(names) or len(names) < len(row):
            continue
        if any(VALUE.match(name) or name.lower() in NOTHING for name in names):
            return False
        body = [later for later in following[at + 1 :] if len(later) == len(names)]
        above_values = [column for column in range(len(names)) if are_values([later[column] for later in body])]
        unnamed_value = has_values and any(VALUE.match(row[column]) for column in range(len(row)) if row[column])
        if above_values and (unnamed_value or any(not row[column] for column in above_values if column < len(row))):
            return True
    return False


def _has_names_below(row: list[str], below: list[list[str]]) -> bool:
    """Whether the row has gaps, and the next row has names there that stand above values."""
    if len(below) < 3 or all(row):
        return False
    names, body = below[0], [later for later in below[1:] if len(later) == len(row)]
    if len(names) > len(row) or any(VALUE.match(name) for name in names if name):
        return False
    unnamed = {at for at, cell in enumerate(row) if not cell}
    if any(name and not {at, at + 1} & unnamed for at, name in enumerate(names)):
        return False  # under a name of its own: a row
    gaps = [at for at in unnamed if any(later[at] for later in body)]
    above_values = [at for at, name in enumerate(names) if name and are_values([later[at] for later in body])]
    return bool(gaps) and all(at < len(names) and names[at] for at in gaps) and 2 * len(above_values) >= len(gaps)


def _with_headings(row: list[str], names: list[str]) -> list[str]:
    """Each name with the heading over it; a heading stands over the first of its names."""
    texts, heading = [], ""
    for cell, name in zip_longest(row, names, fillvalue=""):
        heading = cell or (heading if name else "")
        texts.append(f"{heading} {name}".strip())
    return texts


def _usual_width(rows: list[list[str]]) -> tuple[int, int]:
    """The width that most rows have (of equals the wider), and how many have it."""
    counts = Counter(len(row) for row in rows)
    width = max(counts, key=lambda width: (counts[width], width))
    return width, counts[width]
