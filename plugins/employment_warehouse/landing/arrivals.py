"""What has come into the landing zone, by its rule: `<feed>/<report_date>/<unit>[_<part>].<ending>`."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import PurePosixPath
from typing import NamedTuple

import psycopg

from employment_warehouse.contract import Contract, contracts
from employment_warehouse.database import connect
from employment_warehouse.identity import check_id
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.withdrawing import Snapshot, standing_parts
from employment_warehouse.landing.zone import FileStat, LandingZone
from employment_warehouse.settings import TIMEZONE

EXTENSIONS = (".csv.gz", ".csv", ".xlsx", ".xls", ".zip", ".nil")
UNFINISHED = re.compile(r"^(~\$|\.)|\.(part|tmp)$", re.IGNORECASE)
# The folder of return workbooks that were mended; each other folder of the zone is a feed's.
CORRECTIONS = "corrections"
CORRECTION_EXTENSIONS = (".xlsx", ".xls")
# Begins the part that a correction makes of a snapshot: it sorts behind the parts that counties send.
CORRECTION_PART = "～"
NO_TEXT = re.compile("[\ud800-\udfff]")  # a byte of a name that is no UTF-8
ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
WORKING_AGE = 16  # years: Labour Law of the PRC, article 15
FOLDERS = 2


@dataclass(frozen=True, order=True)
class Arrival:
    """A file that may be landed: which delivery it is, by its path, and what it was when it was seen.

    The feed of a return workbook that was mended is `corrections`: land_correction makes deliveries of its sheets.
    """

    report_date: date
    feed: str
    unit: str
    part: str
    path: str
    file_bytes: int
    modified_at: datetime

    @property
    def kind(self) -> str:
        """`correction`, `nil` for a nil return, else `file`."""
        if self.feed == CORRECTIONS:
            return "correction"
        return "nil" if self.path.lower().endswith(".nil") else "file"


def arrivals(families: Iterable[str], report_date: date, settle_seconds: float = 2.0) -> list[Arrival]:
    """The files that `scan` finds."""
    return scan(families, report_date, settle_seconds)[0]


@dataclass(frozen=True)
class RemovedPart:
    """A part whose file is no longer in the landing zone, while others of its snapshot (`present`) are."""

    report_date: date
    feed: str
    unit: str
    part: str
    path: str
    present: tuple[str, ...]


def scan(
    families: Iterable[str], report_date: date, settle_seconds: float = 2.0
) -> tuple[list[Arrival], list[RemovedPart]]:
    """What has come into the landing zone, and what has gone from it.

    Files that are whole, not yet taken in, and dated up to the report date; oldest date first, corrections last. And
    parts that stand and are gone, of the report date and of dates of which something new is there: the parts that are
    there when the night starts are together the snapshot.

    families: sources of contracts (`county`, `payroll`, `bank`), and `correction`. A file that was modified within
    the last `settle_seconds` is looked at again after that time, and left alone if it has changed. Files that no
    feed or unit expects are told in ops.alert (`misplaced_files`), and hinder nothing.
    """
    zone = LandingZone()
    with connect("wh_loader") as connection:
        found, misplaced = _found(connection, zone, set(families), report_date)
        _tell_misplaced(connection, misplaced)
        fresh = _not_taken_in(connection, _latest_of_each_stem(found))
        removed = _removed_parts(connection, found, fresh, report_date)
    # What is mended has to be there first.
    new = sorted(_settled(zone, fresh, settle_seconds), key=lambda a: (a.report_date, a.kind == "correction", a))
    return new, removed


def _removed_parts(
    connection: psycopg.Connection, found: list[Arrival], fresh: list[Arrival], report_date: date
) -> list[RemovedPart]:
    touched = set(map(Snapshot.of, fresh))
    present: dict[Snapshot, set[str]] = {}
    for arrival in found:
        snapshot = Snapshot.of(arrival)
        if arrival.kind != "correction" and (snapshot in touched or snapshot.report_date == report_date):
            present.setdefault(snapshot, set()).add(arrival.part)
    return [
        RemovedPart(
            snapshot.report_date, snapshot.feed, snapshot.unit, part, path, present=tuple(sorted(present[snapshot]))
        )
        for snapshot, part, kind, path in standing_parts(connection, present)
        if kind == "file" and part not in present[snapshot]
    ]


def _found(
    connection: psycopg.Connection, zone: LandingZone, sources: set[str], report_date: date
) -> tuple[list[Arrival], list[str]]:
    """What the zone has of these sources up to that date, and what belongs to no feed."""
    expected = Expected(contracts(), frozenset(row[0] for row in connection.execute(query("counties"))))
    found: list[Arrival] = []
    misplaced: list[str] = []
    for path, is_link in zone.entries():
        if _is_unfinished(path):
            continue
        named = None if is_link else expected.delivery(path)
        if named is None:
            misplaced.append(path)
        elif expected.family(named.feed) in sources and named.report_date <= report_date:
            stat = zone.stat(path)
            found += [] if stat is None else [Arrival(*named, *astuple(stat))]
    return found, misplaced


def _is_unfinished(path: str) -> bool:
    return UNFINISHED.search(PurePosixPath(path).name) is not None


class Named(NamedTuple):
    """The delivery that a path names."""

    report_date: date
    feed: str
    unit: str
    part: str


@dataclass(frozen=True)
class Expected:
    """Which feeds and units the landing zone is there for."""

    contracts: Mapping[str, Contract]
    counties: frozenset[str]

    def family(self, feed: str) -> str:
        """The source of a feed, or `correction`."""
        return "correction" if feed == CORRECTIONS else self.contracts[feed].source

    def delivery(self, path: str) -> Named | None:
        """Which delivery a path names; None: none that any feed expects."""
        feed, day, name = path.split("/") if path.count("/") == FOLDERS else ("", "", "")
        is_correction = feed == CORRECTIONS
        contract = self.contracts.get(feed)
        endings = CORRECTION_EXTENSIONS if is_correction else EXTENSIONS
        ending = next((ending for ending in endings if name.lower().endswith(ending)), None)
        if (
            ending is None
            or NO_TEXT.search(name)
            or not (is_correction or (contract and contract.source != "hr_platform"))
        ):
            return None
        stem = name[: -len(ending)]
        # Counties send in parts (`532528_2`); the number of a project or batch is the whole stem.
        is_county = contract is None or contract.unit == "county"
        unit, _, part = stem.partition("_") if is_county else (stem, "", "")
        if not unit or (is_county and (unit not in self.counties or part.startswith(CORRECTION_PART))):
            return None
        try:
            report_date = date.fromisoformat(day)
        except ValueError:
            return None
        if report_date.isoformat() != day or _names_a_person(stem, report_date):
            return None
        return Named(report_date, feed, unit, part)


def _names_a_person(stem: str, report_date: date) -> bool:
    """Whether an ID number stands in a file's name: it would stand in the ledger, in logs and on pages. The number of a
    batch may look like one, but for the date in it, which is of late.
    """
    of_working_age = f"{report_date.year - WORKING_AGE}"
    numbers = ID_NUMBER.findall(stem)
    return any(check_id(number) is None and number[6:10] <= of_working_age for number in numbers)


def _latest_of_each_stem(found: list[Arrival]) -> list[Arrival]:
    """The same stem with another ending replaces: the later modified counts, of equals a file before a nil return."""

    def order(a: Arrival) -> tuple[object, ...]:
        return a.report_date, a.feed, a.unit, a.part, a.modified_at, a.kind != "nil", a.path

    by_stem = sorted(found, key=order)
    return [list(same)[-1] for _, same in groupby(by_stem, key=lambda a: (a.report_date, a.feed, a.unit, a.part))]


def _not_taken_in(connection: psycopg.Connection, found: list[Arrival]) -> list[Arrival]:
    known = {
        (path, file_bytes, modified_at)
        for path, file_bytes, modified_at in connection.execute(
            query("taken_in"), {"paths": [arrival.path for arrival in found]}
        )
    }
    return [a for a in found if (a.path, a.file_bytes, a.modified_at) not in known]


def _settled(zone: LandingZone, found: list[Arrival], settle_seconds: float) -> list[Arrival]:
    """Those that are not growing: old enough, or the same at a second look."""
    young = datetime.now(TIMEZONE) - timedelta(seconds=settle_seconds)
    if all(arrival.modified_at < young for arrival in found):
        return found
    time.sleep(settle_seconds)
    return [a for a in found if a.modified_at < young or is_unchanged(zone, a)]


def is_unchanged(zone: LandingZone, arrival: Arrival) -> bool:
    """Whether the file still is what it was when it was offered."""
    return zone.stat(arrival.path) == FileStat(arrival.path, arrival.file_bytes, arrival.modified_at)


def _tell_misplaced(connection: psycopg.Connection, paths: list[str]) -> None:
    if not paths:
        return
    # A file's name may itself be an ID number.
    named = [re.sub(r"\d{11,}[0-9Xx]?", "…", NO_TEXT.sub("\ufffd", path)) for path in paths[:20]]
    more = f"\n… +{len(paths) - 20}" if len(paths) > 20 else ""
    connection.execute(query("misplaced"), {"count": len(paths), "body": "\n".join(named) + more})
    connection.commit()
