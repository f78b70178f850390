"""What alerts call units, feeds and owners."""

from __future__ import annotations

from collections.abc import Iterable

from employment_warehouse.contract import contract
from employment_warehouse.contract.divisions import divisions


def unit_name(unit: str) -> str:
    """The Chinese name of a county or the prefecture, short where there is a short one; else the unit itself."""
    return divisions().name_of(unit)


def is_county(unit: str) -> bool:
    """Whether a unit is a county of this prefecture."""
    return unit in divisions().counties


def owners(feeds: Iterable[str]) -> str:
    """The departments that answer for these feeds, each once."""
    return "、".join(dict.fromkeys(contract(feed).owner for feed in feeds))
