"""Rows that a purge deleted, restored to landing from the archive: those that a night reads again, or compares with."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path, PurePosixPath

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
from employment_warehouse.landing.withdrawing import mark_corrected, withdraw
from employment_warehouse.reading import ReaderKilled, TextTable, read_tables

log = logging.getLogger(__name__)

ReadArchived = Callable[[Delivery, Path], TextTable]


class RestoredOtherwise(IngestFailed):
    """恢复的行数与登记的不符，没有恢复。 | The archive's file has other rows than were landed; nothing was restored."""


def read_archived_file(delivery: Delivery, file: Path) -> TextTable:
    """The table of a delivery that came as a file, from the file as the archive has it."""
    if delivery.kind == "correction":
        return read_correction(file, delivery.contract, delivery.report_date)
    return read_tables(file, delivery.contract)


def restore_if_possible(connection: psycopg.Connection, delivery_id: int, read: ReadArchived) -> bool:
    """Restore the rows of a delivery if that is possible; whether it was. What the archive no longer has, or what is
    read as other rows by now, stays purged: gate 1 holds a submission that lacks rows. Raises IngestFailed for a fault
    of the machine.
    """
    try:
        with connection.transaction():
            restore_rows(connection, delivery_id, read)
    except (UserError, RestoredOtherwise, InvalidTag) as error:
        if isinstance(error, ReaderKilled):
            raise IngestFailed(f"delivery {delivery_id}: {error}") from None
        log.warning("the rows of delivery %d stay purged: %s", delivery_id, str(error) or type(error).__name__)
        return False
    return True


def restore_offered(build: int, read: ReadArchived) -> int:
    """Restore, as far as possible, the rows of deliveries that a rollback offers to this build again, mark again as
    corrected the rejected rows that count as such again, and restore the rows that gate 1 compares this build's with;
    how many deliveries.

    read: how the archive's copy of one becomes a table. Raises UserError (`wrong_token_key`, `wrong_data_key`),
    IngestFailed.
    """
    try:
        with connect("wh_loader") as connection:
            connection.autocommit = True  # each delivery is restored by itself
            ledger.require_keys(connection)
            offered = _restore_each(connection, "purged_offers", build, read)
            _mark_corrected_again(connection)
            return offered + _restore_each(connection, "purged_previous", build, read)
    except psycopg.Error as error:
        raise IngestFailed(f"build {build}: {describe(error)}") from None


def withdraw_lost_corrections(build: int) -> None:
    """Withdraw the corrections that count in what is offered to a build and that could not be restored: their county is
    sent the rejected rows once more, and the next night judges the rest of the submission without them.
    """
    with connect("wh_loader") as connection:
        for *key, part in connection.execute(query("lost_corrections"), {"build": build}).fetchall():
            submission = SubmissionKey(*key)
            withdraw(connection, submission, [part])
            mark_again(connection, submission)


def _restore_each(connection: psycopg.Connection, name: str, build: int, read: ReadArchived) -> int:
    """Restore the deliveries that a query names for a build; how many it names."""
    purged = connection.execute(query(name), {"build": build}).fetchall()
    for (delivery_id,) in purged:
        restore_if_possible(connection, delivery_id, read)
    return len(purged)


def _mark_corrected_again(connection: psycopg.Connection) -> None:
    """Mark the rejected rows that corrections name which count again since a rollback."""
    for correction, *submission in connection.execute(query("corrections_in_force")).fetchall():
        _mark_rows_of(connection, correction, SubmissionKey(*submission))


def restore_siblings(connection: psycopg.Connection, submission: SubmissionKey, part: str) -> None:
    """Restore the purged rows of the submission's other parts: a changed submission is built from all its parts."""
    for (sibling,) in connection.execute(query("purged_siblings"), submission._asdict() | {"part": part}).fetchall():
        restore_if_possible(connection, sibling, read_archived_file)


def mark_again(connection: psycopg.Connection, submission: SubmissionKey) -> None:
    """Mark the rejected rows that the submission's corrections in force name, their rows restored first: where one is
    withdrawn, its rows are open again unless another names them too.
    """
    for (correction,) in connection.execute(query("corrections_of_submission"), submission._asdict()).fetchall():
        _mark_rows_of(connection, correction, submission)


def _mark_rows_of(connection: psycopg.Connection, correction: int, submission: SubmissionKey) -> None:
    """Mark the rejected rows that a correction names. One that cannot be restored marks none: its county is sent those
    rows once more.
    """
    if restore_if_possible(connection, correction, read_archived_file):
        mark_corrected(connection, correction, submission)


def restore_rows(connection: psycopg.Connection, delivery_id: int, read: ReadArchived) -> int:
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
