"""How files of the landing zone are named: `<feed>/<report_date>/<unit>[_<part>].<extension>`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from employment_warehouse.contract import UNIT_NUMBER, UNIT_NUMBER_FORM, YEARS, Contract, Words, reasons
from employment_warehouse.landing.zone import FOLDERS
from employment_warehouse.masking import may_be_personal

EXTENSIONS = (".csv.gz", ".csv", ".xlsx", ".xls", ".zip", ".nil")
# The folder of corrected return workbooks; every other folder of the zone belongs to a feed.
CORRECTIONS = "corrections"
CORRECTION_EXTENSIONS = (".xlsx", ".xls")
NOT_UTF8 = re.compile("[\ud800-\udfff]")  # a byte of a file name that is not UTF-8
# Part of a county's file: 532528_2, 532528_2a.
PART = re.compile(r"[0-9A-Za-z-]{0,12}")
UNIT = re.compile(UNIT_NUMBER.replace(r"\p{Han}", "[\u4e00-\u9fff]"))


class NamedPart(NamedTuple):
    """The part of a submission that a path names."""

    report_date: date
    feed: str
    unit: str
    part: str


@dataclass(frozen=True)
class NamingRule:
    """How files of the landing zone are named, for these feeds and counties."""

    contracts: Mapping[str, Contract]
    counties: frozenset[str]
    _units: dict[tuple[str, str], tuple[str, str] | None] = field(default_factory=dict, init=False, repr=False)

    def parse(self, path: str) -> NamedPart | None:
        """The part that a path names; None if it belongs to no feed or unit."""
        feed, day, name = path.split("/") if path.count("/") == FOLDERS else ("", "", "")
        # A zone has the files of years: the same few names, in a folder for each day.
        if (feed, name) not in self._units:
            self._units[feed, name] = self._unit(feed, name)
        unit, report_date = self._units[feed, name], _day(day)
        return NamedPart(report_date, feed, *unit) if unit and report_date else None

    def _unit(self, feed: str, name: str) -> tuple[str, str] | None:
        """The unit and part that the name of a file in the folder of a feed says."""
        is_correction = feed == CORRECTIONS
        contract = self.contracts.get(feed)
        allowed = CORRECTION_EXTENSIONS if is_correction else EXTENSIONS
        extension = next((extension for extension in allowed if name.lower().endswith(extension)), None)
        if (
            extension is None
            or NOT_UTF8.search(name)
            or not (is_correction or (contract and not contract.is_from_platform))
        ):
            return None
        written = name[: -len(extension)]
        # ＹＧ１ is YG1: what a county types on a Chinese keyboard is the same unit.
        stem = " ".join(unicodedata.normalize(UNIT_NUMBER_FORM, written).split())
        # Counties send in parts (`<county>_2`); the number of a project or payment batch is the whole stem.
        is_county = contract is None or contract.unit == "county"
        unit, _, part = stem.partition("_") if is_county else (stem, "", "")
        if not (is_county and unit in self.counties and PART.fullmatch(part)) and (is_county or not UNIT.search(unit)):
            return None
        return None if may_be_personal(part or unit) else (unit, part)

    def fault(self, path: str) -> Words:
        """Why `parse` finds no part in a path, without quoting the path."""
        feed, day, name = path.split("/") if path.count("/") == FOLDERS else ("", "", "")
        own_name = {contract.title_zh: contract.feed for contract in self.contracts.values()}.get(feed)
        is_correction = feed == CORRECTIONS
        contract = self.contracts.get(feed)
        is_read = is_correction or (contract is not None and not contract.is_from_platform)
        extensions = CORRECTION_EXTENSIONS if is_correction else EXTENSIONS
        faults = (
            (path.endswith("/") and path.count("/") <= FOLDERS, "closed_folder"),
            (not feed, "other_depth"),
            (own_name, "title_as_folder"),
            (not is_read, "unknown_folder"),
            (not _day(day), "not_a_day"),
            (not name.lower().endswith(extensions), "other_extension"),
            (contract and contract.unit != "county", "not_a_number"),
            (True, "not_a_county"),
        )
        fault = next(code for is_so, code in faults if is_so)
        return reasons().misplaced[fault].filled(feed=own_name)


@lru_cache(maxsize=10_000)
def _day(text: str) -> date | None:
    """The day that a folder is named after; None unless it is written as required, in a plausible year."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text and day.year in YEARS else None
