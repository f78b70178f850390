"""The intake of a night: what was found and is not ingested yet.

Each source, and then each file, is recorded before the attempt and removed by its success; so is each part to be
withdrawn, because its file was removed. Whatever ends an attempt (an error, a killed task, a DAG that never ran), its
row stays: the fault is ours, and no unit is reported as missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import psycopg

from employment_warehouse.contract import FILE_SOURCES, PLATFORM, contract_of, contracts
from employment_warehouse.database import connect, repeat_after_deadlock
from employment_warehouse.errors import UserError
from employment_warehouse.landing.ledger import require_keys
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.scanning import RemovedPart, Scan, label
from employment_warehouse.landing.share import Share
from employment_warehouse.settings import is_platform_set

EVERY_UNIT = "*"
NAMES_SHOWN = 5
NOT_READ = "来源未读取 | the source was not read"
NOT_INGESTED = "文件未入库 | the file was not ingested"
NOT_WITHDRAWN = "文件已移走，其分册尚未作废 | the file was removed, and its part is not withdrawn yet"


class IntakeFailed(UserError):
    """有文件或来源未能入库：请排除原因后重新运行。 | Files or sources were not ingested: fix the cause, run again."""

    code = "intake_failed"
    exit_code = 1


def open_intake(night_on: date) -> None:
    """Record every source that the night of that date has to read; the HR platform only if it is configured.

    Raises UserError (`wrong_token_key`, `wrong_data_key`): no file could be ingested.
    """
    # A platform that is set in part as well: its resources will fail, and say why.
    sources = [*FILE_SOURCES, *([PLATFORM] if is_platform_set() else [])]

    def record() -> None:
        with connect("wh_loader") as connection:
            require_keys(connection)
            connection.execute(query("delete_unread_sources"), {"night_on": night_on})
            _record(connection, night_on, ((feed, EVERY_UNIT, "") for feed in _feeds(sources)), NOT_READ)

    repeat_after_deadlock(record)


def record_scan(night_on: date, share: Share, found: Scan) -> None:
    """Record what a scan of a share found to be ingested and withdrawn, in place of what was recorded before."""

    def record() -> None:
        with connect("wh_loader") as connection:
            parameters = {"night_on": night_on, "feeds": list(share.feeds), "unit": share.unit}
            connection.execute(query("delete_found"), parameters)
            for changed, reason in ((found.arrivals, NOT_INGESTED), (found.removed, NOT_WITHDRAWN)):
                _record(connection, night_on, ((one.feed, one.unit, one.path) for one in changed), reason)

    # A task that was thought dead may record the same files, in the order in which it finds them.
    repeat_after_deadlock(record)


def record_ingested(night_on: date, feed: str, unit: str = EVERY_UNIT, path: str = "") -> None:
    """Record that a file, or a whole source, was ingested."""
    with connect("wh_loader") as connection:
        _delete(connection, night_on, feed, unit, path)


def record_withdrawn(removed: RemovedPart) -> None:
    """Record that a removed part was withdrawn, or need not be: it is no longer on record for any night."""
    with connect("wh_loader") as connection:
        parameters = {"feed": removed.feed, "unit": removed.unit, "path": removed.path}
        connection.execute(query("delete_removal"), parameters)


def record_failure(night_on: date, reason: str, feed: str, unit: str = EVERY_UNIT, path: str = "") -> None:
    """Record that an ingest failed. reason: without a value of the file."""
    with connect("wh_loader") as connection:
        _record(connection, night_on, [(feed, unit, path)], reason)


def confirm_intake(night_on: date) -> None:
    """Raises IntakeFailed if the night of that date has not ingested something that it found."""
    with connect("wh_loader") as connection:
        rows = connection.execute(query("intake_failures"), {"night_on": night_on}).fetchall()
    if rows:
        names = [label(path) if path else contract_of(feed).title_zh for feed, _, path in rows]
        more = f" … +{len(names) - NAMES_SHOWN}" if len(names) > NAMES_SHOWN else ""
        raise IntakeFailed(where="; ".join(names[:NAMES_SHOWN]) + more)


def _feeds(sources: Collection[str]) -> list[str]:
    return [feed for feed, contract in contracts().items() if contract.source in sources]


def _record(connection: psycopg.Connection, night_on: date, found: Iterable[tuple[str, str, str]], reason: str) -> None:
    rows = [
        {"night_on": night_on, "feed": feed, "unit": unit, "path": path, "reason": reason} for feed, unit, path in found
    ]
    with connection.cursor() as cursor:
        cursor.executemany(query("upsert_intake"), rows)


def _delete(connection: psycopg.Connection, night_on: date, feed: str, unit: str, path: str) -> None:
    parameters = {"night_on": night_on, "feed": feed, "unit": unit, "path": path}
    connection.execute(query("delete_intake_entry"), parameters)
