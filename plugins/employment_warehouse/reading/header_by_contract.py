"""The header of a feed: the row, or rows, in which the contract finds its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import zip_longest

from employment_warehouse.contract import Column, Contract, column_label, normalise_header
from employment_warehouse.reading.cell_forms import visible
from employment_warehouse.reading.header_names import column_called, name_of, without_marks
from employment_warehouse.reading.refusals import amounts_not_in_yuan, header_not_found
from employment_warehouse.reading.table import Refused
from employment_warehouse.reading.units import is_other_unit, split_unit, time_unit

_SHOWN = 8  # unknown headers in a message
_TIMES = {"days": "日", "months": "月", "hours": "小时"}  # units of the contracts, as `time_unit` names them
# What may be more than a header: a number, a name after a colon, an address, a sentence.
_MAYBE_A_VALUE = re.compile(r"[0-9０-９]{4}|[:：@]|.{21}")

# How many rows may stand above the header.
DEPTH = 60


def locate_by_contract(rows: list[list[str]], contract: Contract) -> tuple[int, list[str]]:
    """The row with the most of the contract's columns, or two or three rows that have more together: names, and
    headings over some of them.
    """
    of_one_row = list(enumerate(rows[:DEPTH]))
    of_two_rows = [(index, _lowest_texts(rows[index - 1 : index + 1])) for index, _ in of_one_row[1:]]
    of_three_rows = [(index, _lowest_texts(rows[index - 2 : index + 1])) for index, _ in of_one_row[2:]]
    candidates = of_one_row + of_two_rows + of_three_rows

    @cache  # a text stands in up to nine candidates
    def column_of(text: str) -> str | None:
        return column_called(text, contract)

    matches = [len({*map(column_of, row)} - {None}) for _, row in candidates]
    best = max(matches, default=0)
    if best < min(2, len(contract.columns)):
        raise Refused(
            "header_not_found",
            "of_feed",
            expected="、".join(column.header for column in contract.columns if column.required),
            title=contract.title_zh,
            feed=contract.feed,
        )
    return candidates[matches.index(best)]


def columns_of(texts: list[str], contract: Contract) -> dict[str, int]:
    """Contract column → position. Raises Refused: required_column_missing, header_not_found, amounts_not_in_yuan."""
    names = [name_of(text, contract) for text in texts]
    columns = _matched(texts, names, contract)
    missing = [column for column in contract.columns if column.required and column.name not in columns]
    if missing:
        headers = "、".join(column.header for column in missing)
        unknown = _unknown_headers(texts, columns)
        raise Refused(
            "required_column_missing",
            "columns_beside_unknown" if unknown else "columns",
            expected=headers,
            missing=tuple(column.name for column in missing),
            headers=headers,
            unknown=unknown,
        )
    counts = Counter(normalise_header(name) for name in names if name)
    twice = [contract.column(name).header for name, at in columns.items() if counts[normalise_header(names[at])] > 1]
    if twice:
        raise header_not_found("columns_twice", headers="、".join(twice))
    return columns


def duplicate_columns(texts: list[str], columns: Mapping[str, int], contract: Contract) -> dict[int, int]:
    """Positions of columns that name one of the contract's in another spelling → that one's. Only where the choice may
    be wrong: of the numbers of persons (two tables may stand side by side), and where the contract's own text is not
    there to decide.
    """
    doubles = {}
    for at, text in enumerate(texts):
        name = column_called(text, contract) if text else None
        if name is None or columns.get(name, at) == at:
            continue
        column, chosen = contract.column(name), texts[columns[name]]
        is_own = normalise_header(name_of(chosen, contract)) == normalise_header(column.header)
        if column.type.identity == "person" or (column.required and not is_own):
            doubles[at] = columns[name]
    return doubles


def named_columns(texts: list[str], contract: Contract) -> dict[str, int]:
    """Contract column → position, of those that the texts name. Raises Refused: amounts_not_in_yuan."""
    return _matched(texts, [name_of(text, contract) for text in texts], contract)


def _matched(texts: list[str], names: list[str], contract: Contract) -> dict[str, int]:
    """Contract column → position. names: of the texts, as the contract may know them."""
    found = contract.match_header(names)
    for text, column in zip(map(visible, texts), found, strict=True):
        if column is None:
            continue
        is_money = column.name in contract.money_columns
        if is_money and any(map(is_other_unit, _units_of(text))):
            raise amounts_not_in_yuan()
        time, own = time_unit(text), _wage_period(column) if is_money else _TIMES.get(column.unit_text or "")
        if column.type.is_number and time and own and time != own:
            raise header_not_found("other_time", text=text, header=column.header)
    return {column.name: position for position, column in enumerate(found) if column}


def _wage_period(column: Column) -> str:
    """What an amount is for: a month, unless the column's name says a day (日工资)."""
    return "日" if "日" in column.header else "月"


def _units_of(text: str) -> Iterator[str]:
    """Every unit after a name, from the last to the first: 应发工资（万元）/月 has two."""
    for start in (text, without_marks(text)):
        name, unit = split_unit(start)
        while unit:
            yield unit
            name, unit = split_unit(without_marks(name))


def _unknown_headers(texts: list[str], columns: Mapping[str, int]) -> str:
    """The first header texts of a file that name no column of the contract; '' where one may be a value."""
    unknown = [(text, at) for at, text in enumerate(texts) if text and at not in columns.values()][:_SHOWN]
    if any(_MAYBE_A_VALUE.search(text) for text, _ in unknown):
        return ""
    return "、".join(column_label(text, at) for text, at in unknown)


def _lowest_texts(rows: list[list[str]]) -> list[str]:
    """The lowest text in each column of some rows."""
    return [next((cell for cell in reversed(cells) if cell), "") for cells in zip_longest(*rows, fillvalue="")]
