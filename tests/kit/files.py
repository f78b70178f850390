"""Files in a landing zone, and their ingest."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.kit.examples import COUNTY, example_of

from employment_warehouse.contract import FILE_SOURCES, contract_of
from employment_warehouse.database import connect
from employment_warehouse.landing import Arrival, Delivery, Share, read_archived_file, record_scan, scan
from employment_warehouse.landing.restoring import restore_rows
from employment_warehouse.landing.scanning import SETTLE_SECONDS
from employment_warehouse.runtime import steps
from employment_warehouse.settings import TIMEZONE

DAY = date(2024, 5, 1)


def put(
    zone: Path,
    content: str | bytes,
    name: str = f"{COUNTY}.csv",
    *,
    feed: str,
    day: date = DAY,
    minutes: int = 0,
) -> Path:
    """A complete file of a feed, last modified on 1 May 2024 at 19:00 or some minutes later."""
    path = zone / feed / day.isoformat() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    modified = (datetime(2024, 5, 1, 19, tzinfo=TIMEZONE) + timedelta(minutes=minutes)).timestamp()
    os.utime(path, (modified, modified))
    return path


def rows_of(feed: str, *rows: dict[str, str]) -> str:
    """A file of a feed: the examples of its contract for required columns and those of the rows, changed by column."""
    named = {name for row in rows for name in row}
    columns = [column for column in contract_of(feed).columns if column.required or column.name in named]
    lines = [",".join(column.header for column in columns)]
    lines += [",".join(row.get(column.name, example_of(column)) for column in columns) for row in rows]
    return "\n".join(lines) + "\n"


def arrivals(day: date = DAY, source: str = "county", settle_seconds: float = SETTLE_SECONDS) -> list[Arrival]:
    """The files of a source that are to be ingested up to that day."""
    return scan(Share.of_sources({source}), day, settle_seconds).arrivals


def ingest_all(day: date = DAY, sources: Iterable[str] = FILE_SOURCES) -> list[Delivery]:
    """Ingest every new file dated up to that day, and withdraw the parts that were removed; the new deliveries."""
    share = Share.of_sources(sources)
    found = scan(share, day)
    record_scan(day, share, found)
    return [delivery for changed in found.changes for delivery in steps.ingest_change(changed, day)]


def restore(delivery_id: int) -> int:
    """Restore a purged delivery's rows to landing from the archive; their number."""
    with connect("wh_loader") as connection:
        return restore_rows(connection, delivery_id, read_archived_file)
