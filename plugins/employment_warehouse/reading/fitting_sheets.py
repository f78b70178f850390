"""The sheets of a workbook that have the table looked for, and their columns under one header."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from employment_warehouse.contract import Contract, sheet_label
from employment_warehouse.contract.template import EXPLANATION_SHEET, EXPLANATION_TITLES
from employment_warehouse.reading.cell_forms import LABEL, VALUE, filled_count
from employment_warehouse.reading.header import Header, find_header, names_person
from employment_warehouse.reading.header_by_form import CELLS_OF_A_ROW
from employment_warehouse.reading.no_change import says_no_change
from employment_warehouse.reading.refusals import amounts_not_in_yuan, header_not_found, is_of_contract
from employment_warehouse.reading.table import Refused
from employment_warehouse.reading.units import names_other_unit

# Sheets with the table's header that are meant for people.
_NOTE_NAMES = re.compile("说明|须知|示例|样例|样表|范例|字典|参考")


@dataclass(frozen=True)
class FittingSheet:
    """A sheet whose header fits."""

    place: int  # among the workbook's sheets
    label: str  # what it is called outside of the file
    header: Header


def fitting_sheets(
    sheets: list[dict[str, Any]], contract: Contract | None, only_sheet: str | None
) -> tuple[list[FittingSheet], list[str]]:
    """The sheets with the table looked for (without a contract: the first table and those of the same header), and the
    labels of the others. Sheets that are hidden or meant for people are ignored where another sheet fits.
    """
    primary: list[tuple[int, dict[str, Any]]] = []
    secondary: list[tuple[int, dict[str, Any]]] = []
    for place, sheet in enumerate(sheets):
        if only_sheet in (None, sheet["name"]):
            (secondary if sheet["hidden"] or _NOTE_NAMES.search(sheet["name"]) else primary).append((place, sheet))
    fitting, unread, refusals = _split_sheets(primary, contract)
    if fitting:
        return fitting, unread + [_label(sheet, place) for place, sheet in secondary if _may_be_data(sheet)]
    if not unread:  # there are no others
        fitting, unread, of_secondary = _split_sheets(secondary, contract)
        if fitting:
            return fitting, unread
        refusals += of_secondary
    if refusals:
        raise max(refusals, key=lambda refusal: refusal.code == "required_column_missing")
    raise header_not_found("no_sheet")


def _may_be_data(sheet: dict[str, Any]) -> bool:
    """Whether a sheet that was not read has something in it, other than the explanations of our own template."""
    head = [[str(cell).strip() for cell in row] for row in sheet["head"] if any(row)]
    titles = tuple(head[0][: len(EXPLANATION_TITLES)]) if head else ()
    return bool(head) and not (sheet["name"] == EXPLANATION_SHEET and titles == EXPLANATION_TITLES)


def _split_sheets(
    sheets: list[tuple[int, dict[str, Any]]], contract: Contract | None
) -> tuple[list[FittingSheet], list[str], list[Refused]]:
    """Those that fit, the labels of the others, and why they do not."""
    fitting: list[FittingSheet] = []
    others: list[tuple[int, dict[str, Any]]] = []
    refusals: list[Refused] = []
    for place, sheet in sheets:
        try:
            header = find_header(sheet["head"], contract)
            if header.has_money and names_other_unit(sheet["name"]):
                raise amounts_not_in_yuan()
        except Refused as refusal:
            refusal.where = refusal.where or f"工作表 sheet {_label(sheet, place)}"
            if contract and is_of_contract(refusal, contract):
                raise  # this is the sheet of the contract
            refusals.append(refusal)
            others += [(place, sheet)] if any(map(any, sheet["head"])) else []
            continue
        if contract is None and fitting and sorted(header.texts) != sorted(fitting[0].header.texts):
            others.append((place, sheet))
        else:
            # What stands beside the table is a column without a name.
            texts = header.texts + [""] * (header.width - len(header.texts))
            fitting.append(FittingSheet(place, _label(sheet, place), replace(header, texts=texts)))
    if contract and fitting:
        _refuse_rows_without_header(others, fitting[0].header)
        if contract.is_exhaustive:
            _refuse_unchanged(others)
    return fitting, [_label(sheet, place) for place, sheet in others], refusals


def _refuse_rows_without_header(others: list[tuple[int, dict[str, Any]]], header: Header) -> None:
    """A table may go on in another sheet, where nobody repeated its header: its rows would be lost."""
    for place, sheet in others:
        rows = [[cell.strip() for cell in row] for row in sheet["head"]]
        first = next(
            (row for row in rows if filled_count(row) >= CELLS_OF_A_ROW and not any(map(LABEL.search, row))), []
        )
        if names_person(first) or _is_row_of(first, header):
            raise header_not_found("rows_alone", where=f"工作表 sheet {_label(sheet, place)}")


def _refuse_unchanged(others: list[tuple[int, dict[str, Any]]]) -> None:
    """In place of a part of the table, a sheet may say that nothing has changed there, and nothing else."""
    for place, sheet in others:
        rows = [[cell.strip() for cell in row] for row in sheet["head"]]
        is_table = any(filled_count(row) > 1 for row in rows)
        if not is_table and any(map(says_no_change, rows)):
            raise Refused("rows_not_repeated", where=f"工作表 sheet {_label(sheet, place)}")


def _is_row_of(row: list[str], header: Header) -> bool:
    """Whether a row has a value in the place of every required number and day of a contract's table."""
    contract = header.contract
    places = [header.columns[column.name] for column in contract.columns if column.required] if contract else []
    values = [at for at in places if header.types[at].is_number or header.types[at].is_day]
    return bool(row) and all(at < len(row) and row[at] for at in places) and all(VALUE.match(row[at]) for at in values)


def _label(sheet: dict[str, Any], place: int) -> str:
    return sheet_label(sheet["name"], place)


def joined_header(sheets: list[FittingSheet]) -> tuple[list[str], list[list[int]]]:
    """One header for all sheets, and for each sheet where its columns stand in it."""
    texts = list(sheets[0].header.texts)
    columns = dict(sheets[0].header.columns)
    positions = [list(range(len(texts)))]
    for sheet in sheets[1:]:
        names = {at: name for name, at in sheet.header.columns.items()}
        free = {text: at for at, text in enumerate(texts) if at not in columns.values()}
        places = []
        for at, text in enumerate(sheet.header.texts):
            place = columns.get(names[at]) if at in names else free.pop(text, None)
            if place is None:
                place = len(texts)
                texts.append(text)
                if at in names:
                    columns[names[at]] = place
            places.append(place)
        positions.append(places)
    return texts, positions
