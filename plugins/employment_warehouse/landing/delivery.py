"""One delivery into PostgreSQL, in one transaction: rows, rejected rows, who they name, and the ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import psycopg

from employment_warehouse.contract import contract
from employment_warehouse.database import connect, describe
from employment_warehouse.landing import archive, ledger
from employment_warehouse.landing.arrivals import CORRECTION_PART, Arrival, RemovedPart, is_unchanged
from employment_warehouse.landing.filling import fill, refill
from employment_warehouse.landing.ledger import Delivery, Report, Superseded
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.withdrawing import Snapshot, standing_parts, withdraw, withdraw_corrections
from employment_warehouse.landing.zone import LandingZone
from employment_warehouse.reading import Refused, TextTable, read_tables

log = logging.getLogger(__name__)


class LandingFailed(Exception):
    """数据库没有收下这次报送，什么也没有留下。 | The delivery was not taken in; nothing of it stays."""


class IngestResult(NamedTuple):
    """What was made of a file, and whether something of it has to wait: then it is offered again."""

    landed: list[Delivery]
    waits: bool = False


def land(arrival: Arrival) -> Delivery | None:
    """Take one file in, whole or not at all, in one transaction that this function opens and commits.

    None: nothing new. The file has the bytes of the latest revision, or it was taken in or claimed by another
    loader meanwhile, or it is still changing. A file that cannot be read is a delivery, with status `refused`.
    Raises LandingFailed (in the words of database.describe: no values), and a retry then starts from nothing;
    UserError (`wrong_token_key`).
    """
    landed = ingest_file(arrival, _take_report)
    return landed[0] if landed else None


def ingest_file(arrival: Arrival, take: Callable[[psycopg.Connection, Report, Path], IngestResult]) -> list[Delivery]:
    """Claim a file, archive it, and do with it what `take` does, in one transaction; as `land` says.

    take: gets the open transaction, the file as one report, and where to read it.
    """
    zone = LandingZone()
    try:
        with connect("wh_loader") as connection, zone.local(arrival.path) as file:
            with connection.transaction():
                ledger.hold_token_key(connection)
                epoch = ledger.claim(connection, arrival)
            report = _report(arrival, file)
            with connection.transaction(), ThreadPoolExecutor(1, "archive") as beside:
                kept = beside.submit(archive.keep, file, report.sha256)
                ledger.lock_delivery(connection, report)
                ledger.require_claim(connection, arrival, epoch)
                landed, waits = take(connection, report, file)
                kept.result()
                if not is_unchanged(zone, arrival):
                    raise archive.FileChanged
                if not waits:
                    ledger.complete_claim(connection, arrival, epoch, landed)
            return landed
    except (Superseded, archive.FileChanged, FileNotFoundError) as state:
        log.info("%s is left alone: %s", arrival.path, type(state).__name__)
        return []
    except psycopg.Error as error:
        raise LandingFailed(f"{arrival.path}: {describe(error)}") from None


def ingest_report(connection: psycopg.Connection, report: Report, read: Callable[[], TextTable]) -> Delivery | None:
    """Land a report within the caller's transaction, which it does not commit; None: nothing new.

    read: opens the report's table; called again if some rows turn out to be replaced by later ones. A whole file that
    comes again takes back what corrections have merged into what it replaces.
    """
    ledger.lock_delivery(connection, report)
    revision = ledger.next_revision(connection, report)
    if revision is None:
        return None
    try:
        with connection.transaction():
            delivery = ledger.open_delivery(connection, report, revision)
            if report.kind == "nil":
                _expect_nothing(report)
            else:
                delivery = ledger.count_delivery(connection, delivery, fill(connection, delivery, read))
    except Refused as refusal:
        return ledger.open_delivery(connection, report, revision, refusal.code)
    snapshot = Snapshot.of(report)
    if revision > 1 and report.kind in ("file", "nil"):
        ledger.lock_delivery(connection, replace(report, part=CORRECTION_PART))
        withdraw_corrections(connection, snapshot, report.part)
    _bring_back_siblings(connection, snapshot, report.part)
    return delivery


def withdraw_part(removed: RemovedPart) -> bool:
    """Nothing of a part stands any longer whose file was taken away, nor of what has corrected it; whether that is so.

    It is not, and stays as it was, where the file is back, or nothing stands of the parts that are there: they may be
    unreadable. Should the file come back, it is offered again. Raises LandingFailed.
    """
    snapshot = Snapshot.of(removed)
    try:
        with connect("wh_loader") as connection, connection.transaction():
            for part in (removed.part, CORRECTION_PART):
                connection.execute(query("lock_delivery"), snapshot._asdict() | {"part": part})
            standing = {one.part: one.kind for one in standing_parts(connection, [snapshot])}
            stands = any(standing.get(part) in ("file", "nil") for part in removed.present)
            if not stands or standing.get(removed.part) != "file" or LandingZone().stat(removed.path):
                return False
            connection.execute(query("requeue_arrival"), {"path": removed.path})
            withdraw(connection, snapshot, [removed.part])
            withdraw_corrections(connection, snapshot, removed.part)
            _bring_back_siblings(connection, snapshot, removed.part)
            return True
    except psycopg.Error as error:
        raise LandingFailed(f"{removed.path}: {describe(error)}") from None


def restore(delivery_id: int) -> int:
    """Bring a delivery's rows back into landing from the archive, where a purge has taken them; how many.

    Raises UserError (`archive_missing`, `wrong_token_key`), LandingFailed.
    """
    try:
        with connect("wh_loader") as connection, connection.transaction():
            ledger.hold_token_key(connection)
            return _bring_back(connection, delivery_id)
    except psycopg.Error as error:
        raise LandingFailed(f"delivery {delivery_id}: {describe(error)}") from None


def _take_report(connection: psycopg.Connection, report: Report, file: Path) -> IngestResult:
    landed = ingest_report(connection, report, lambda: read_tables(file, contract(report.feed)))
    return IngestResult([landed] if landed else [])


def _expect_nothing(report: Report) -> None:
    if report.file_bytes:
        raise Refused(
            "零报告文件（.nil）里有内容。 | A nil return (.nil) has something in it.",
            code="extension_mismatch",
            expected="0 bytes",
            todo="有数据请按原格式上传；没有数据请上传空文件。 | Send data with their own ending, a nil return empty.",
        )


def _report(arrival: Arrival, file: Path) -> Report:
    return Report(
        feed=arrival.feed,
        unit=arrival.unit,
        report_date=arrival.report_date,
        part=arrival.part,
        kind=arrival.kind,
        sha256=archive.digest(file),
        path=arrival.path,
        file_bytes=arrival.file_bytes,
        arrived_at=arrival.modified_at,
    )


def _bring_back_siblings(connection: psycopg.Connection, snapshot: Snapshot, part: str) -> None:
    """A snapshot of which something is new is shown whole: the rows of its other parts, where a purge took them."""
    for (sibling,) in connection.execute(query("purged_siblings"), snapshot._asdict() | {"part": part}).fetchall():
        _bring_back(connection, sibling)


def _bring_back(connection: psycopg.Connection, delivery_id: int) -> int:
    """The purged rows of one delivery, from the archive: as many as the ledger has, or LandingFailed."""
    row = connection.execute(query("purged_delivery"), {"delivery_id": delivery_id}).fetchone()
    if row is None:
        return 0
    *who, sha256, path, rows_landed = row
    delivery = Delivery(delivery_id, *who)
    with archive.kept(bytes(sha256), PurePosixPath(path).name) as file:
        landed = refill(connection, delivery, lambda: read_tables(file, delivery.contract, delivery.sheet))
    if landed != rows_landed:
        raise LandingFailed(f"delivery {delivery_id}: {landed} rows in the archive, {rows_landed} in the ledger")
    connection.execute(query("brought_back"), {"delivery_id": delivery_id})
    return landed
