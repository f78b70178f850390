"""Which row is the header, and how wide the table below it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from employment_warehouse.contract import Contract, normalise_header
from employment_warehouse.contract.column_types import LogicalType
from employment_warehouse.reading.cell_forms import (
    LABEL,
    VALUE,
    filled_count,
    is_numbering,
    is_total,
    looks_like_data,
    usual_filled_count,
    visible,
)
from employment_warehouse.reading.header_by_contract import (
    columns_of,
    duplicate_columns,
    locate_by_contract,
    named_columns,
)
from employment_warehouse.reading.header_by_form import CELLS_OF_A_ROW, MIN_FILLED_SHARE, locate_by_form
from employment_warehouse.reading.no_change import says_no_change
from employment_warehouse.reading.refusals import amounts_not_in_yuan, header_not_found, rows_above_header
from employment_warehouse.reading.units import is_other_unit, is_unit, names_unit, states_other_unit, states_step

EXCEL_ROW_GROUP = 16  # rows of a sheet that Excel writes as text together; see excel_short_rows

# A column without a name, or whose name has one of these, may have the unit of each row.
_UNIT_HEADER = re.compile("^$|单位|币")
_MOST_COLUMNS = 4096
_HEADINGS = 3  # that many rows above the header with as many cells as a row of the table are rows
# A citizen's ID number, by the form of its birth date: other numbers of a form's head have 18 digits too.
_PERSON = re.compile(r"'?[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
_UNIT_ROWS = 3  # rows below the header that may name the units of the columns


@dataclass(frozen=True)
class Header:
    """The header row. index: its place among the rows given; width: how many cells a row of the table has.

    texts: trimmed, without trailing columns that are empty all through; columns: contract column → position; types:
    position → contract type; titles: texts that stand alone in a row above; head: the filled cells of its own row and
    of those above that have several; contract: by which the columns were found; doubles: position of a column of
    another spelling → that of the contract's, where both must say the same; no_change: whether a line around it says
    that all is as it was; alone: texts that stand alone in a row below.
    """

    index: int
    width: int
    texts: list[str]
    columns: dict[str, int]
    types: Mapping[int, LogicalType] = field(default_factory=dict)
    titles: frozenset[str] = frozenset()
    head: frozenset[tuple[str, ...]] = frozenset()
    contract: Contract | None = None
    doubles: Mapping[int, int] = field(default_factory=dict)
    no_change: bool = False
    alone: frozenset[str] = frozenset()

    @cached_property
    def required_texts(self) -> list[int]:
        """Positions of the contract's required columns that are not numbers."""
        return [at for name, at in self.columns.items() if self._is_required(name) and not self.types[at].is_number]

    @cached_property
    def key_places(self) -> list[int]:
        """Positions of those of the contract's key."""
        key = self.contract.key if self.contract else ()
        return [self.columns[name] for name in key if self._is_required(name)]

    def _is_required(self, name: str) -> bool:
        return self.contract is not None and self.contract.column(name).required

    @property
    def has_money(self) -> bool:
        """Whether some columns may be amounts."""
        return bool(self.contract and self.contract.money_columns)

    @property
    def columns_of_others(self) -> list[int]:
        """Columns beside amounts that the contract does not know: a cell of theirs may say in which unit they are."""
        of_contract = {*self.columns.values()}
        return [at for at in range(len(self.texts)) if at not in of_contract] if self.has_money else []

    @property
    def unit_columns(self) -> list[int]:
        """Those of them that may have the unit of each row's amounts."""
        return [at for at in self.columns_of_others if _UNIT_HEADER.search(normalise_header(self.texts[at]))]


def find_header(rows: Sequence[Sequence[str]], contract: Contract | None) -> Header:
    """The header among the first rows of a table (broken records are given as empty rows).

    Raises Refused: header_not_found, required_column_missing, rows_above_header, amounts_not_in_yuan.
    """
    trimmed = [[cell.strip() for cell in row] for row in rows]
    index, texts = locate_by_contract(trimmed, contract) if contract else locate_by_form(trimmed)
    texts = [visible(text) for text in texts]
    above, below = trimmed[:index], trimmed[index + 1 :]
    if len(texts) > _MOST_COLUMNS:
        raise header_not_found("too_many_columns", count=len(texts))
    body = [row for row in below if any(row) and not is_total(row)]
    beside = trimmed[index + 1 : (index // EXCEL_ROW_GROUP + 1) * EXCEL_ROW_GROUP]
    width = _width(texts, body, beside)
    kept = _without_empty_end(texts[:width], body, width)
    columns = columns_of(kept, contract) if contract else {}
    usual = usual_filled_count(below) or filled_count(texts)
    _refuse_rows_above(above, below, max(CELLS_OF_A_ROW, MIN_FILLED_SHARE * usual) if contract else CELLS_OF_A_ROW)
    types = {position: contract.column(name).type for name, position in columns.items()} if contract else {}
    if contract:
        _refuse_smaller_table(above, contract)
        _refuse_divided(kept, next(filter(any, below), []), types)
    if contract and contract.money_columns:
        money = [columns[name] for name in contract.money_columns if name in columns]
        units = [[text] for at, text in enumerate(kept) if at not in columns.values() and names_unit(text)]
        _refuse_other_unit([*above, *units], [row for row in below if any(row)][:_UNIT_ROWS], money)
    titles = frozenset(next(filter(None, row)) for row in above if filled_count(row) == 1)
    printed = [
        tuple(cell for cell in map(visible, row) if cell) for row in trimmed[: index + 1] if filled_count(row) > 1
    ]
    doubles = duplicate_columns(kept, columns, contract) if contract else {}
    no_change = any(map(says_no_change, [*above, *below]))
    alone = frozenset(next(filter(None, row)) for row in below if filled_count(row) == 1)
    return Header(index, width, kept, columns, types, titles, frozenset(printed), contract, doubles, no_change, alone)


def extra_columns(texts: Sequence[str], columns: Mapping[str, int]) -> dict[str, int]:
    """Header text → position of the columns that the contract does not know; a column without a name, and the second of
    a name, is called by its place.
    """
    extra: dict[str, int] = {}
    for position, text in enumerate(texts):
        if position not in columns.values():
            extra[text if text and text not in extra else f"{text}第{position + 1}列"] = position
    return extra


def _refuse_rows_above(above: list[list[str]], below: list[list[str]], least: float) -> None:
    """Titles and notes may stand above the header, and headings over several columns, but no rows: of another table, or
    of this one, sorted with its header. least: how many filled cells a row of the table has.
    """
    if any(names_person(row) for row in above):
        raise rows_above_header()
    filled = [row for row in above if filled_count(row) >= least and not is_total(row) and not is_numbering(row)]
    full = MIN_FILLED_SHARE * usual_filled_count(below)
    as_below = [
        row
        for row in filled
        if filled_count(row) >= full and looks_like_data(row, [later for later in below if len(later) == len(row)])
    ]
    if as_below or sum(not any(map(LABEL.search, row)) for row in filled) >= _HEADINGS:
        raise rows_above_header()


def names_person(row: list[str]) -> bool:
    """Whether a row has a citizen's ID number in a cell of its own, without saying whose, as a form would (法人：…)."""
    return any(map(_PERSON.fullmatch, row)) and filled_count(row) > 1 and not any(map(LABEL.search, row))


def _refuse_smaller_table(above: list[list[str]], contract: Contract) -> None:
    """Rows above the header may be few and short, and yet be of the contract: if they stand under its key. (A form's
    head may have some of the key, as in a payroll its project and month.)
    """
    key = [name for name in contract.key if contract.column(name).required]
    for at, row in enumerate(above):
        named = named_columns(row, contract) if filled_count(row) > 1 else {}
        if len(named) > 1 and all(name in named for name in key):
            places = [named[name] for name in key]
            rows = [later for later in above[at + 1 :] if not named_columns(later, contract)]
            if any(all(place < len(later) and later[place] for place in places) for later in rows):
                raise rows_above_header()


def _refuse_divided(texts: list[str], below: list[str], types: Mapping[int, LogicalType]) -> None:
    """The name of a column of numbers may stand over several columns, each with a name of its own in the row below
    (应发工资 over 基本工资 and 加班工资, 出工天数 over 1 to 31): none of them has the whole. A row of data has cells in
    other columns too: of whom, or of what.
    """
    others = [below[at] for at, kind in types.items() if not kind.is_number and at < len(below)]
    if any(others) and any(map(VALUE.match, below)):
        return
    for at, kind in types.items():
        names = [text for text in below[at : at + 2] if text and not is_unit(text)]
        if kind.is_number and len(names) > 1 and not any(texts[at + 1 : at + 2]):
            raise header_not_found("divided_column", column=at + 1)


def _refuse_other_unit(above: list[list[str]], below: list[list[str]], money: list[int]) -> None:
    """Amounts are yuan unless their cell says otherwise; a unit above the header or below it would be overlooked."""
    lines = [mark.join(row) for row in above for mark in "|,"]  # 10,000 may be two cells
    stated = any(states_other_unit(line) or states_step(line) for line in lines)
    stated |= any(is_other_unit(cell) for row in above for cell in row if len(cell) > 1)
    stated |= any(is_other_unit(row[at]) for row in below for at in money if at < len(row))
    if stated:
        raise amounts_not_in_yuan()


def _width(texts: list[str], body: list[list[str]], beside: list[list[str]]) -> int:
    """How many cells a row has: as many as the header, unless nearly all rows have only empty ones more, or fewer and
    the header ends in as many empty ones. beside: the rows that Excel would have written together with the header.
    """
    if not body:
        return len(texts)
    usual, row_count = Counter(len(row) for row in body).most_common(1)[0]
    least = 0.8 * len(body) if len(body) >= CELLS_OF_A_ROW else len(body)
    if usual == len(texts) or row_count < least:
        return len(texts)
    if usual < len(texts) and beside and all(len(row) == len(texts) for row in beside):
        return len(texts)
    only_empty = all(not any(row[len(texts) :]) for row in body if len(row) == usual)
    if (usual > len(texts) and only_empty) or (usual < len(texts) and not any(texts[usual:])):
        return usual
    if len(body) < CELLS_OF_A_ROW:
        return len(texts)
    raise header_not_found("other_width", header=len(texts), rows=usual)


def _without_empty_end(texts: list[str], body: list[list[str]], width: int) -> list[str]:
    """The header's texts without the trailing columns that are empty all through."""
    used = max((position + 1 for position, text in enumerate(texts) if text), default=0)
    for row in body:
        if len(row) == width and any(row[used:]):
            used = max(position + 1 for position, cell in enumerate(row) if cell)
    return (texts + [""] * width)[:used]
