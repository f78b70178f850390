"""Ingest one delivery into PostgreSQL, in one transaction: rows, rejected rows, identities and the ledger."""

from __future__ import annotations

import hashlib
import logging
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import polars as pl
import psycopg

from employment_warehouse.alert_kinds import alert_kinds
from employment_warehouse.contract import contract_of
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.database import connect, describe, repeat_after_deadlock
from employment_warehouse.errors import UserError
from employment_warehouse.landing import archive, ledger
from employment_warehouse.landing.ledger import Delivery, IncomingPart, IngestFailed, Superseded
from employment_warehouse.landing.loading import load_rows
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.restoring import mark_again, restore_siblings
from employment_warehouse.landing.return_form import PLACE_HEADERS
from employment_warehouse.landing.scanning import CORRECTION_PART, Arrival, RemovedPart, is_unchanged, not_ingested
from employment_warehouse.landing.stated_date import of_stated_date
from employment_warehouse.landing.submission_key import SubmissionKey
from employment_warehouse.landing.withdrawing import current_parts, withdraw
from employment_warehouse.landing.zone import LandingZone
from employment_warehouse.reading import ReaderKilled, Refused, TextTable, read_tables

log = logging.getLogger(__name__)

# Bytes. A register of all 1.44 million people has less than half of it.
LARGEST_FILE = 512 << 20


class IngestResult(NamedTuple):
    """The deliveries made of a file. waiting: feeds of which a part has to wait, so that the file is found again.
    refusal: why a part is none of a submission.
    """

    landed: list[Delivery]
    waiting: tuple[str, ...] = ()
    refusal: Refused | None = None


Ingester = Callable[[psycopg.Connection, IncomingPart, Path], IngestResult]


def ingest(arrival: Arrival) -> Delivery | None:
    """Ingest one file completely or not at all, in one transaction that this function opens and commits.

    None: nothing new. The file has the bytes of the latest revision, or another loader has ingested or claimed it,
    or it is still changing. A file that cannot be read becomes a delivery with status `refused`.
    Raises IngestFailed (with the text of database.describe, which contains no values); a retry starts from the
    beginning. Raises UserError (`wrong_token_key`, `wrong_data_key`).
    """
    landed = ingest_file(arrival, ingest_single_part)
    return landed[0] if landed else None


def ingest_file(arrival: Arrival, ingester: Ingester) -> list[Delivery]:
    """Claim a file, archive it and pass it to `ingester`, in one transaction. Results and errors as `ingest`.

    ingester: receives the open transaction, the file as one part, and the path to read it from. After a deadlock it is
    called again.
    """
    try:
        with _as_ingest_failed(arrival.label):
            return repeat_after_deadlock(lambda: _ingest_once(arrival, ingester))
    except (Superseded, archive.FileChanged, FileNotFoundError) as state:
        log.info("%s skipped: %s", arrival.label, type(state).__name__)
        return []


def _ingest_once(arrival: Arrival, ingester: Ingester) -> list[Delivery]:
    if arrival.file_bytes > LARGEST_FILE:
        return _refuse_unread(arrival)
    zone = LandingZone()
    with connect("wh_loader") as connection, zone.local(arrival.path) as file:
        with connection.transaction():
            ledger.require_keys(connection)
            epoch = ledger.claim(connection, arrival)
        part = _incoming_part(arrival, archive.sha256_of(file))
        with connection.transaction(), ThreadPoolExecutor(1, "archive") as archiver:
            archived = archiver.submit(archive.store, file, part.sha256)
            ledger.lock_part(connection, part)
            ledger.require_claim(connection, arrival, epoch)
            landed, waiting, _ = ingester(connection, part, file)
            archived.result()
            if not is_unchanged(zone, arrival):
                raise archive.FileChanged
            if not waiting:
                ledger.complete_claim(connection, arrival, epoch, landed)
        return landed


def rehearse(part: IncomingPart, file: Path, ingester: Ingester) -> None:
    """Pass a file to `ingester` as ingest_file does, and undo all of it: nothing is claimed, archived or committed.

    Raises IngestFailed, UserError (`wrong_token_key`, `wrong_data_key`).
    """
    label = f"{part.feed} {part.report_date}"
    with _as_ingest_failed(label), connect("wh_loader") as connection, connection.transaction(force_rollback=True):
        ledger.require_keys(connection)
        ledger.lock_part(connection, part)
        ingester(connection, part, file)


@contextmanager
def _as_ingest_failed(label: str) -> Iterator[None]:
    """What leaves this block as a fault of this machine or of the database is an IngestFailed: a retry may succeed."""
    try:
        yield
    except ReaderKilled as killed:
        raise IngestFailed(f"{label}: {killed}") from None
    except psycopg.Error as error:
        raise IngestFailed(f"{label}: {describe(error)}") from None
    except (UserError, Superseded, archive.FileChanged, FileNotFoundError):
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        # A bug, or a fault of the disk. Its text may quote a row, so only its location is reported.
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        raise IngestFailed(f"{label}: {type(error).__name__}, {where}") from None


def _refuse_unread(arrival: Arrival) -> list[Delivery]:
    """Refuse a file that is too large to be read, hashed or archived."""
    part = _incoming_part(arrival, hashlib.sha256(f"unread {arrival.file_bytes}".encode()).digest())
    with connect("wh_loader") as connection, connection.transaction():
        ledger.require_keys(connection)
        epoch = ledger.claim(connection, arrival)
        ledger.lock_part(connection, part)
        landed = []
        if part.kind == "correction":
            alert_unreadable(connection, part)
        else:
            revision = ledger.next_revision(connection, part) or 1
            too_large = Refused("file_too_large", "limit", megabytes=LARGEST_FILE >> 20)
            landed = [ledger.insert_delivery(connection, part, revision, too_large)]
        ledger.complete_claim(connection, arrival, epoch, landed)
    return landed


def alert_unreadable(connection: psycopg.Connection, part: IncomingPart) -> None:
    """Raise the alert on a return workbook of which nothing can be read."""
    kind = alert_kinds()["correction_unreadable"]
    words = {
        "title": str(kind.title(unit=divisions().name_of(part.unit))),
        "body": str(kind.line("workbook", path=part.path)),
    }
    connection.execute(query("alert_correction_unreadable"), part.__dict__ | kind.__dict__ | words)


def ingest_part(connection: psycopg.Connection, part: IncomingPart, read: Callable[[], TextTable]) -> Delivery | None:
    """Ingest a part within the caller's transaction, which is not committed here; None: nothing new.

    read: opens the table; called again if some rows turn out to be replaced by later rows with the same key. A file
    that is sent again withdraws the corrections of the file that it replaces.
    """
    ledger.lock_part(connection, part)
    revision = ledger.next_revision(connection, part)
    if revision is None:
        return None
    try:
        with connection.transaction():
            delivery = ledger.insert_delivery(connection, part, revision)
            if part.kind == "nil":
                _require_empty(part)
            else:
                delivery = ledger.record_counts(connection, delivery, load_rows(connection, delivery, read))
    except Refused as refusal:
        return ledger.insert_delivery(connection, part, revision, refusal)
    submission = SubmissionKey.of(part)
    if revision > 1 and part.kind in ("file", "nil"):
        ledger.lock_part(connection, replace(part, part=CORRECTION_PART))
        _withdraw_corrections(connection, submission, part.part)
    restore_siblings(connection, submission, part.part)
    return delivery


def withdraw_part(removed: RemovedPart) -> bool:
    """Withdraw a part whose file was removed, and its corrections; whether it was withdrawn.

    It is not withdrawn if its file is back, or if a present part does not count as its file says, which may be growing
    or unreadable: a part stays until what replaces it has been read. If the file comes back later, it is found again.
    Raises IngestFailed, UserError (`wrong_token_key`, `wrong_data_key`).
    """
    submission = SubmissionKey.of(removed)
    try:
        with connect("wh_loader") as connection, connection.transaction():
            ledger.require_keys(connection)
            for part in (removed.part, CORRECTION_PART):
                connection.execute(query("lock_part"), submission._asdict() | {"part": part})
            current = {current.part: current for current in current_parts(connection, [submission])}
            is_replaced = not not_ingested(connection, removed.present) and all(
                file.part in current and current[file.part].is_read for file in removed.present
            )
            gone = current.get(removed.part)
            if gone is None or not gone.ends_with_its_file or not is_replaced or LandingZone().stat(removed.path):
                return False
            connection.execute(query("requeue_arrival"), {"path": removed.path})
            withdraw(connection, submission, [removed.part])
            if gone.kind == "file":  # What could not be read had no rows to correct.
                _withdraw_corrections(connection, submission, removed.part)
            restore_siblings(connection, submission, removed.part)
            return True
    except psycopg.Error as error:
        raise IngestFailed(f"{removed.label}: {describe(error)}") from None


def _withdraw_corrections(connection: psycopg.Connection, submission: SubmissionKey, part: str) -> None:
    """Withdraw the corrections of a part that was sent again or removed: those with a row that names a file of that
    part, or that names no file. Rejected rows that another correction names too stay corrected.
    """
    corrections = connection.execute(query("corrections_of_part"), submission._asdict() | {"part": part}).fetchall()
    withdraw(connection, submission, [correction for (correction,) in corrections])
    mark_again(connection, submission)


def ingest_single_part(connection: psycopg.Connection, part: IncomingPart, file: Path) -> IngestResult:
    """The ingester of a file that is one part of one feed."""
    delivery = ingest_part(connection, part, lambda: _read_part(file, part))
    return IngestResult([delivery] if delivery else [])


def _read_part(file: Path, part: IncomingPart) -> TextTable:
    """The table of a file. A return workbook belongs in corrections/: here its rows would be a whole submission."""
    contract = contract_of(part.feed)
    table = read_tables(file, contract)
    if table.header[: len(PLACE_HEADERS)] == list(PLACE_HEADERS.values()):
        raise Refused("return_workbook_misplaced")
    return of_stated_date(table, contract, part.report_date)


def _require_empty(part: IncomingPart) -> None:
    if part.file_bytes:
        raise Refused("extension_mismatch", "nil_not_empty", expected="0 bytes")


def _incoming_part(arrival: Arrival, sha256: bytes) -> IncomingPart:
    return IncomingPart(
        feed=arrival.feed,
        unit=arrival.unit,
        report_date=arrival.report_date,
        part=arrival.part,
        kind=arrival.kind,
        sha256=sha256,
        path=arrival.path,
        file_bytes=arrival.file_bytes,
        arrived_at=arrival.modified_at,
    )
