"""A recorded delivery is landed again, from its file in the archive."""

from __future__ import annotations

from functools import partial
from pathlib import PurePosixPath

import psycopg
from psycopg.types.json import Jsonb

from employment_warehouse import landing
from employment_warehouse.errors import UserError
from employment_warehouse.hr_platform import read_archived
from employment_warehouse.landing import Delivery, archive
from employment_warehouse.landing.ledger import record_corrects, record_months
from employment_warehouse.landing.loading import load_rows
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.restoring import mark_again
from employment_warehouse.landing.submission_key import SubmissionKey
from employment_warehouse.landing.withdrawing import mark_corrected
from employment_warehouse.runtime.history import Record
from employment_warehouse.runtime.recorded_rows import continue_numbers


class RebuildDiffers(UserError):
    """重建的结果与原来的发布不同。 | What was rebuilt differs from the original publication."""

    code = "rebuilt_otherwise"
    exit_code = 1


def file_of(row: Record) -> bytes | None:
    """SHA-256 of the archived file that a recorded delivery is loaded from, if it has rows."""
    if row["kind"] in ("nil", "withdrawn") or row["status"] == "refused":
        return None
    return bytes.fromhex(row["sha256"][2:])


def land(connection: psycopg.Connection, row: Record) -> None:
    """One delivery as the ledger had it, with its rows, rejected rows and identities."""
    is_refused = row["status"] == "refused"
    fresh = row | {"status": "refused" if is_refused else "landed", "build": None, "held_by": None, "purged_at": None}
    if row["kind"] == "withdrawn":
        fresh["months"] = []  # Records were once made without months.
    with connection.transaction():
        connection.execute(
            "insert into ops.delivery overriding system value select (jsonb_populate_record("
            "null::ops.delivery, %s || jsonb_build_object('landed_by', pg_current_xact_id()::text))).*",
            [Jsonb(fresh)],
        )
        delivery = Delivery(
            *(row[name] for name in ("delivery_id", "feed", "unit", "report_date", "part", "revision", "kind"))
        )
        if row["kind"] == "withdrawn":
            _reopen(connection, delivery)
        elif file := file_of(row):
            _load(connection, delivery, row, file)
    continue_numbers(connection, "delivery", "delivery_id", row["delivery_id"] + 1)


def _reopen(connection: psycopg.Connection, withdrawn: Delivery) -> None:
    """Rejected rows are open again where a part no longer counts, unless another correction names them too."""
    connection.execute(query("reopen_rejected"), withdrawn.__dict__ | {"parts": [withdrawn.part]})
    mark_again(connection, SubmissionKey.of(withdrawn))


def _load(connection: psycopg.Connection, delivery: Delivery, row: Record, sha256: bytes) -> None:
    name = PurePosixPath(row["path"] or landing.PAGES).name
    with archive.open_stored(sha256, name) as file:
        counts = load_rows(connection, delivery, partial(read_archived, delivery, file))
    if delivery.kind == "correction":
        mark_corrected(connection, delivery.delivery_id, SubmissionKey.of(delivery))
    if row.get("months") is None:
        record_months(connection, delivery)
    if row.get("corrects") is None:
        record_corrects(connection, delivery)
    if (counts.rows_landed, counts.rows_rejected) != (row["rows_landed"], row["rows_rejected"]):
        raise RebuildDiffers(
            where=f"delivery {delivery.delivery_id}",
            expected=f"{row['rows_landed']} rows landed, {row['rows_rejected']} rejected",
            found=f"{counts.rows_landed}, {counts.rows_rejected}",
            todo="rebuild with the version that ingested it",
        )
