"""Refusals that more than one module of the reader raises."""

from __future__ import annotations

from typing import Any

from employment_warehouse.contract import Contract
from employment_warehouse.reading.table import Refused


def header_not_found(detail: str, where: str = "", **values: Any) -> Refused:
    """No row can be the header. detail: why, as the registry names it; where: of what is read, if it is known."""
    return Refused("header_not_found", detail, where=where, **values)


def empty_file() -> Refused:
    """A file of no bytes."""
    return Refused("empty_file")


def unsupported_format(name: str) -> Refused:
    """A kind of file that is recognised and not read."""
    return Refused("unsupported_format", "kind", name=name)


def rows_above_header() -> Refused:
    """There are rows of a table above the header."""
    return Refused("rows_above_header")


def amounts_not_in_yuan(where: str = "") -> Refused:
    """Something that people see says that amounts are not in yuan. where: of what is read, if it is known."""
    return Refused("amounts_not_in_yuan", where=where, expected="元 yuan")


def is_of_contract(refusal: Refused, contract: Contract) -> bool:
    """Whether a table is refused that has nearly all of the contract's columns, its key among them."""
    required_count = sum(column.required for column in contract.columns)
    is_close = 4 * len(refusal.missing) <= required_count and not {*refusal.missing} & {*contract.key}
    return refusal.code != "header_not_found" and is_close
