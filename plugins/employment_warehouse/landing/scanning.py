"""What is in the landing zone, by its naming rule."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

import psycopg

from employment_warehouse.alert_kinds import alert_kinds
from employment_warehouse.contract import Words, contracts, reasons
from employment_warehouse.database import connect
from employment_warehouse.landing.naming import CORRECTIONS, EXTENSIONS, NamedPart, NamingRule
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.share import Share
from employment_warehouse.landing.submission_key import SubmissionKey
from employment_warehouse.landing.withdrawing import current_parts
from employment_warehouse.landing.zone import FOLDERS, FileStat, LandingZone
from employment_warehouse.settings import TIMEZONE

UNFINISHED = re.compile(r"^(~\$|\.)|\.(part|tmp)$", re.IGNORECASE)
# Begins the name of the part that a correction adds to a submission: it sorts after the parts that counties send.
CORRECTION_PART = "～"
SETTLE_SECONDS = 2.0
PATHS_LISTED = 20  # in an alert
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HASH_DIGITS = 8
# A name that consists of a county's code, the number of a part and an extension.
UNASSIGNED_NAME = re.compile(rf"[0-9]{{6}}(_[0-9]{{1,3}})?({'|'.join(map(re.escape, EXTENSIONS))})")


@dataclass(frozen=True, order=True)
class Arrival:
    """A file that may be ingested: the part that its path names, and its size and time when it was found.

    The feed of a corrected return workbook is `corrections`: ingest_correction makes a delivery of each of its sheets.
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

    @property
    def label(self) -> str:
        """What logs and messages call the file: never by a name that its sender chose."""
        return label(self.path)


@dataclass(frozen=True)
class RemovedPart:
    """A part whose file is no longer in the landing zone, while files of its submission (`present`) are."""

    report_date: date
    feed: str
    unit: str
    part: str
    path: str
    present: tuple[Arrival, ...]

    @property
    def label(self) -> str:
        return label(self.path)


class Scan(NamedTuple):
    """What changed in the landing zone since the last ingest."""

    arrivals: list[Arrival]
    removed: list[RemovedPart]

    @property
    def changes(self) -> list[Arrival | RemovedPart]:
        """Both, in the order in which they are handled."""
        return [*self.arrivals, *self.removed]


def scan(share: Share, report_date: date, settle_seconds: float = SETTLE_SECONDS) -> Scan:
    """Find the files of a share to ingest and the parts whose files were removed.

    Arrivals are complete, not yet ingested and dated up to the report date; oldest date first, corrections last.
    Removed parts are reported for the report date, and for earlier dates that have an arrival: the parts that are
    present when the night starts together form the submission. So they are if a night found them and did not withdraw
    them (`record_scan`). One whose removal a rollback took back counts without its file until the next one arrives.

    A file that was modified within the last `settle_seconds` is checked again after that time, and skipped if it has
    changed. Files of the whole zone that belong to no feed or unit, or to a day that has not come, raise an alert
    (`misplaced_files`) and are otherwise ignored.
    """
    zone = LandingZone()
    with connect("wh_loader") as connection:
        naming = _naming_rule(connection)
        entries = zone.entries()
        _alert_misplaced(connection, list(_misplaced_entries(entries, naming)))
        found = _scan(connection, zone, _named_parts(entries, naming), share, report_date)
    return _without_growing_files(zone, found, settle_seconds)


def rescan(share: Share, report_date: date) -> Scan:
    """What `scan` finds; no file of another share is read, and no alert raised."""
    zone = LandingZone()
    with connect("wh_loader") as connection:
        named = _named_parts(zone.entries_of(share.feeds), _naming_rule(connection))
        found = _scan(connection, zone, named, share, report_date)
    return _without_growing_files(zone, found, SETTLE_SECONDS)


def _naming_rule(connection: psycopg.Connection) -> NamingRule:
    return NamingRule(contracts(), frozenset(code for (code,) in connection.execute(query("counties"))))


def _scan(
    connection: psycopg.Connection,
    zone: LandingZone,
    named: Iterable[tuple[NamedPart, str]],
    share: Share,
    report_date: date,
) -> Scan:
    """What changed of a share up to the report date, with files that may still grow."""
    present = [
        Arrival(*part, stat.path, stat.file_bytes, stat.modified_at)
        for part, path in named
        if share.has(part) and part.report_date <= report_date and (stat := zone.stat(path))
    ]
    new = not_ingested(connection, _latest_of_each_stem(present))
    return Scan(new, _removed_parts(connection, present, new, report_date))


def _removed_parts(
    connection: psycopg.Connection, found: list[Arrival], new: list[Arrival], report_date: date
) -> list[RemovedPart]:
    changed = {*map(SubmissionKey.of, new), *_recorded_removals(connection, {arrival.path for arrival in found})}
    present: dict[SubmissionKey, dict[str, Arrival]] = {}
    for arrival in _latest_of_each_stem(found):
        submission = SubmissionKey.of(arrival)
        if arrival.kind != "correction" and (submission in changed or submission.report_date == report_date):
            present.setdefault(submission, {})[arrival.part] = arrival
    return [
        RemovedPart(
            *(p.submission.report_date, p.submission.feed, p.submission.unit, p.part, p.path),
            tuple(present[p.submission].values()),
        )
        for p in current_parts(connection, present)
        if p.ends_with_its_file
        and p.part not in present[p.submission]
        and not (p.is_given_back and p.submission not in changed)
    ]


def _recorded_removals(connection: psycopg.Connection, present: set[str]) -> set[SubmissionKey]:
    """The submissions of which a night found removed parts and did not come to withdraw them. A file that is present
    was to be ingested: its row of a night that is over says nothing of tonight.
    """
    rows = connection.execute(query("recorded_removals"))
    return {SubmissionKey(*submission) for path, *submission in rows if path not in present}


def _named_parts(entries: Iterable[tuple[str, bool]], naming: NamingRule) -> Iterator[tuple[NamedPart, str]]:
    """The files that belong to a feed and unit, with their paths."""
    for path, is_file in entries:
        if is_file and not _is_unfinished(path) and (part := naming.parse(path)):
            yield part, path


def _misplaced_entries(entries: Iterable[tuple[str, bool]], naming: NamingRule) -> Iterator[tuple[str, Words]]:
    """What belongs to no feed or unit, or to a day that has not come (whose year may be mistyped), with the reason."""
    today = datetime.now(TIMEZONE).date()
    for path, is_file in entries:
        if _is_unfinished(path):
            continue
        part = naming.parse(path) if is_file else None
        if part is None:
            is_special = not is_file and not path.endswith("/")
            yield path, reasons().misplaced["not_a_file"] if is_special else naming.fault(path)
        elif part.report_date > today:
            yield path, reasons().misplaced["later_date"]


def _is_unfinished(path: str) -> bool:
    return UNFINISHED.search(path.rstrip("/").rpartition("/")[2]) is not None


def _latest_of_each_stem(found: list[Arrival]) -> list[Arrival]:
    """Of files with the same stem the one modified last counts; at equal times a file, not a nil return."""

    def order(a: Arrival) -> tuple[object, ...]:
        return a.report_date, a.feed, a.unit, a.part, a.modified_at, a.kind != "nil", a.path

    by_stem = sorted(found, key=order)
    return [list(same)[-1] for _, same in groupby(by_stem, key=lambda a: (a.report_date, a.feed, a.unit, a.part))]


def not_ingested(connection: psycopg.Connection, found: Collection[Arrival]) -> list[Arrival]:
    """Those of these files that no loader has ingested as they are."""
    ingested = {
        (path, file_bytes, modified_at)
        for path, file_bytes, modified_at in connection.execute(
            query("ingested_arrivals"), {"paths": [arrival.path for arrival in found]}
        )
    }
    return [a for a in found if (a.path, a.file_bytes, a.modified_at) not in ingested]


def _without_growing_files(zone: LandingZone, found: Scan, settle_seconds: float) -> Scan:
    """Without the files that are growing: neither old enough, nor unchanged after `settle_seconds`."""
    young = datetime.now(TIMEZONE) - timedelta(seconds=settle_seconds)
    whole = found.arrivals
    if any(arrival.modified_at >= young for arrival in whole):
        time.sleep(settle_seconds)
        whole = [arrival for arrival in whole if arrival.modified_at < young or is_unchanged(zone, arrival)]
    # A correction needs the file that it corrects.
    return found._replace(arrivals=sorted(whole, key=lambda a: (a.report_date, a.kind == "correction", a)))


def is_unchanged(zone: LandingZone, arrival: Arrival) -> bool:
    """Whether the file still has the size and time with which it was found."""
    return zone.stat(arrival.path) == FileStat(arrival.path, arrival.file_bytes, arrival.modified_at)


def label(path: str) -> str:
    """`employment/2024-05-01/532528_2.csv`, or `employment/2024-05-01/#1f0c33ab`: a path as far as it is as expected.

    Its sender chose it, and any other name may be a person's: it is called by a hash of the path.
    """
    known = {*contracts(), CORRECTIONS}
    *folders, name = path.split("/")
    shown = [folder for folder in folders[:FOLDERS] if folder in known or DAY.fullmatch(folder)]
    if UNASSIGNED_NAME.fullmatch(name) or name in known:
        return "/".join([*shown, name])
    hash_of_path = hashlib.sha256(path.encode(errors="surrogateescape")).hexdigest()
    return "/".join([*shown, f"#{hash_of_path[:HASH_DIGITS]}"])


def _alert_misplaced(connection: psycopg.Connection, misplaced: list[tuple[str, Words]]) -> None:
    if not misplaced:
        connection.execute(query("resolve_misplaced_files"))
        return
    kind = alert_kinds()["misplaced_files"]
    listed = [str(kind.line("file", path=label(path), fault=fault)) for path, fault in misplaced[:PATHS_LISTED]]
    more = f"\n… +{len(misplaced) - PATHS_LISTED}" if len(misplaced) > PATHS_LISTED else ""
    words = {"title": str(kind.title(count=len(misplaced))), "body": "\n".join(listed) + more}
    connection.execute(query("alert_misplaced_files"), kind.__dict__ | words)
    connection.commit()
