"""Refusals that more than one module of the reader raises."""

from __future__ import annotations

from employment_warehouse.reading.table import Refused


def header_not_found(detail: str) -> Refused:
    """No row can be the header. detail: why, Chinese and English."""
    return Refused("header_not_found", detail)


def empty_file() -> Refused:
    """A file of no bytes."""
    return Refused("empty_file")


def rows_above_header() -> Refused:
    """There are rows of a table above the header."""
    return Refused("rows_above_header")


def amounts_not_in_yuan(where: str = "") -> Refused:
    """Something that people see says that amounts are not in yuan. where: of what is read, if it is known."""
    return Refused("amounts_not_in_yuan", where=where, expected="元 yuan")
