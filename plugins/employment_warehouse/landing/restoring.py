"""Rows that a purge deleted, restored to landing from the archive: those that a night reads again, or compares with."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import psycopg
from cryptography.exceptions import InvalidTag

from employment_warehouse.database import connect, describe
from employment_warehouse.errors import UserError
from employment_warehouse.landing import archive, ledger
from employment_warehouse.landing.ledger import PAGES, Delivery, IngestFailed
from employment_warehouse.landing.loading import reload_rows
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.return_form import read_correction
from employment_warehouse.landing.submission_key import SubmissionKey
from employment_warehouse.landing.withdrawing import mark_corrected
from employment_warehouse.reading import TextTable, read_tables

log = logging.getLogger(__name__)

ReadArchived = Callable[[Delivery, Path], TextTable]


class RestoredOtherwise(IngestFailed):
    """恢复的行数与登记的不符，没有恢复。 | The archive's file has other rows than were landed; nothing was restored."""


def read_archived_file(delivery: Delivery, file: Path) -> TextTable:
    """The table of a delivery that came as a file, from the file as the archive has it."""
    if delivery.kind == "correction":
        return read_correction(file, delivery.contract, delivery.report_date)
    return read_tables(file, delivery.contract)


def restore(delivery_id: int, read: ReadArchived) -> int:
    """Restore a purged delivery's rows to landing from the archive; returns their number.

    read: how the archive's copy becomes a table. Raises UserError (`archive_missing`, `wrong_token_key`,
    `wrong_data_key`), RestoredOtherwise, IngestFailed.
    """
    try:
        with connect("wh_loader") as connection, connection.transaction():
            ledger.require_keys(connection)
            return _restore_rows(connection, delivery_id, read)
    except psycopg.Error as error:
        raise IngestFailed(f"delivery {delivery_id}: {describe(error)}") from None


def restore_if_possible(delivery_id: int, read: ReadArchived) -> bool:
    """Restore the rows of a delivery if that is possible; whether it was. The night is as good without them: what the
    archive no longer has, or what is read differently by now, stays purged. Raises IngestFailed.
    """
    try:
        restore(delivery_id, read)
    except (UserError, RestoredOtherwise, InvalidTag) as error:
        log.warning("the rows of delivery %d stay purged: %s", delivery_id, str(error) or type(error).__name__)
        return False
    return True


def restore_offered(build: int, read: ReadArchived) -> int:
    """Restore the rows of deliveries that a rollback offers to this build again, mark again as corrected the rejected
    rows that count as such again, and restore the rows that gate 1 compares this build's with; how many deliveries.

    read: how the archive's copy of one becomes a table. Raises UserError (`archive_missing`, `wrong_token_key`),
    IngestFailed.
    """
    offered = _restore_offers(build, read)
    _mark_corrected_again(read)
    return offered + _restore_compared(build, read)


def _restore_offers(build: int, read: ReadArchived) -> int:
    """Restore what is offered to a build, and what that is read with; how many deliveries."""
    offers = _query_rows("purged_offers", build=build)
    for (delivery_id,) in offers:
        restore(delivery_id, read)
    return len(offers)


def _mark_corrected_again(read: ReadArchived) -> None:
    """Mark the rejected rows that corrections name which count again since a rollback. One that cannot be restored
    marks none: its county is sent those rows once more.
    """
    restored = [row for row in _query_rows("corrections_in_force") if restore_if_possible(row[0], read)]
    with connect("wh_loader") as connection:
        for delivery_id, *submission in restored:
            mark_corrected(connection, delivery_id, SubmissionKey(*submission))


def _restore_compared(build: int, read: ReadArchived) -> int:
    """Restore what a build is compared with; how many deliveries. A comparison alone stops no night: without its rows
    nothing is compared, and the check says so.
    """
    compared = _query_rows("purged_previous", build=build)
    for (delivery_id,) in compared:
        restore_if_possible(delivery_id, read)
    return len(compared)


def _query_rows(name: str, **parameters: int) -> list[tuple[Any, ...]]:
    """The rows of a query, in a transaction of its own."""
    with connect("wh_loader") as connection:
        return connection.execute(query(name), parameters).fetchall()


def restore_siblings(connection: psycopg.Connection, submission: SubmissionKey, part: str) -> None:
    """Restore the purged rows of the submission's other parts: a changed submission is built from all its parts."""
    for (sibling,) in connection.execute(query("purged_siblings"), submission._asdict() | {"part": part}).fetchall():
        _restore_rows(connection, sibling, read_archived_file)


def mark_again(connection: psycopg.Connection, submission: SubmissionKey) -> None:
    """Mark the rejected rows that the submission's corrections in force name, their rows restored first: where one is
    withdrawn, its rows are open again unless another names them too.
    """
    for (correction,) in connection.execute(query("corrections_of_submission"), submission._asdict()).fetchall():
        _restore_rows(connection, correction, read_archived_file)
        mark_corrected(connection, correction, submission)


def _restore_rows(connection: psycopg.Connection, delivery_id: int, read: ReadArchived) -> int:
    """Restore the purged rows of one delivery. Raises RestoredOtherwise unless there are as many as the ledger says."""
    row = connection.execute("select * from landing.begin_restore(%s)", (delivery_id,)).fetchone()
    if row is None:
        return 0
    *identity, sha256, path, rows_landed = row
    delivery = Delivery(delivery_id, *identity)
    with archive.open_stored(bytes(sha256), PurePosixPath(path or PAGES).name) as file:
        restored = reload_rows(connection, delivery, lambda: read(delivery, file))
    if restored != rows_landed:
        raise RestoredOtherwise(f"delivery {delivery_id}: {restored} rows in the archive, {rows_landed} in the ledger")
    connection.execute("select landing.end_restore(%s)", (delivery_id,))
    return restored
