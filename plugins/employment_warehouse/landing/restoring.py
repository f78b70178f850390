"""Rows that a purge deleted, restored to landing from the archive."""

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
from employment_warehouse.landing.submission import SubmissionKey
from employment_warehouse.reading import TextTable, read_tables

log = logging.getLogger(__name__)

ReadArchived = Callable[[Delivery, Path], TextTable]


class RestoredOtherwise(IngestFailed):
    """恢复的行数与登记的不符，没有恢复。 | The archive's file has other rows than were landed; nothing was restored."""


def read_archived_file(delivery: Delivery, file: Path) -> TextTable:
    """The table of a delivery that came as a file, from the file as the archive has it."""
    return read_tables(file, delivery.contract, delivery.sheet)


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
    """Restore rows without which a night is as good: what the archive has no longer, or is read otherwise by now, stays
    purged; whether they could be restored. Raises IngestFailed.
    """
    try:
        restore(delivery_id, read)
    except (UserError, RestoredOtherwise, InvalidTag) as error:
        log.warning("the rows of delivery %d stay purged: %s", delivery_id, str(error) or type(error).__name__)
        return False
    return True


def restore_siblings(connection: psycopg.Connection, submission: SubmissionKey, part: str) -> None:
    """Restore the purged rows of the submission's other parts: a changed submission is built from all its parts."""
    for (sibling,) in connection.execute(query("purged_siblings"), submission._asdict() | {"part": part}).fetchall():
        _restore_rows(connection, sibling, read_archived_file)


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
