"""From pages of the platform to a delivery: the same checks, tokens and transaction as a county's file."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

import polars as pl
import psycopg

from employment_warehouse.checking import check_table
from employment_warehouse.contract import Contract, contract, platform_feeds
from employment_warehouse.database import connect
from employment_warehouse.errors import UserError
from employment_warehouse.hr_platform.client import Item, Platform, identifier_of, instant_of, instants_of
from employment_warehouse.hr_platform.items import json_text, table_of
from employment_warehouse.landing import Delivery, IncomingPart, archive, ingest_part
from employment_warehouse.landing.ledger import require_token_key
from employment_warehouse.landing.zone import private_file
from employment_warehouse.settings import TIMEZONE, platform_access

UNIT = "hr_platform"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
MOVE_WATERMARK = """
    insert into ops.platform_cursor as known (resource, watermark, read_at)
    values (%(resource)s, %(latest)s, now())
    on conflict (resource) do update
    set watermark = greatest(known.watermark, excluded.watermark), read_at = now()
    where known.watermark is not distinct from %(watermark)s
"""


def ingest_resource(resource: str, report_date: date) -> Delivery | None:
    """Land what a resource has to tell up to the end of ``report_date`` (Asia/Shanghai) since it was last read.

    The watermark moves in the transaction that lands the items, or not at all. Reading starts an overlap window
    before it (setting ``platform_overlap_hours``), so that an item which was committed late is not missed; what
    comes twice is one item. Items dated later wait for their night.
    None: there is no platform (it is *missing*), or nothing is new. Raises PlatformFault, IngestFailed, WrongTokenKey.
    """
    access = platform_access()
    if access is None:
        return None
    with connect("wh_loader") as connection:
        require_token_key(connection)
        watermark, since = _position(connection, resource, report_date)
        connection.commit()
        with Platform(access.url, access.client_id, access.client_secret) as platform:
            told = _until(platform.items(resource, since), report_date)
            items = what_counts(told, contract(platform_feeds()[resource]))
        with connection.transaction():
            landed = _take_in_items(connection, resource, report_date, since, items)
            _move_watermark(connection, resource, watermark, items)
        return landed


def what_counts(items: Iterable[Item], contract: Contract) -> list[Item]:
    """What is to land of a reading: of each id the good copy that was updated last (of equals the one that came last),
    and, to be rejected, every copy that breaks the contract. In the interface's order, wherever an item came again.

    A broken copy replaces no good one, not even when it is newer: what was last known for certain stays, and the
    rejected copy tells that something has changed since, until the platform sends it whole.
    """
    copies: dict[str, Item] = {}
    for item in items:
        text = json_text(item)
        copies.pop(text, None)
        copies[text] = item
    told = sorted(copies.values(), key=_place)
    n_copies = Counter(map(identifier_of, told))
    alone = [item for item in told if n_copies[identifier_of(item)] == 1]
    repeated = [item for item in told if n_copies[identifier_of(item)] > 1]
    return sorted(alone + _not_replaced(repeated, contract), key=_place)


def _not_replaced(items: list[Item], contract: Contract) -> list[Item]:
    """The items without the good ones that a later good one of the same key replaces."""
    is_replaced = pl.col("reason") == "duplicate_key"
    checked = check_table(table_of(items, contract), contract, {})
    replaced = {line for batch in checked for line in batch.rejected.filter(is_replaced)["line"]}
    return [item for line, item in enumerate(items, 1) if line not in replaced]


def _place(item: Item) -> tuple[datetime, str]:
    return instant_of(item) or BEGINNING, identifier_of(item) or ""


def _until(pages: Iterable[list[Item]], report_date: date) -> Iterable[Item]:
    """Items of a night: those dated later are left out, those that do not say when are kept, to be rejected."""
    night_ends = datetime.combine(report_date + timedelta(days=1), time(), TIMEZONE)
    for page in pages:
        yield from (item for item in page if (instant_of(item) or BEGINNING) < night_ends)


def _position(connection: psycopg.Connection, resource: str, report_date: date) -> tuple[datetime | None, datetime]:
    """The watermark (None at first) and the instant from which to read."""
    row = connection.execute("select watermark from ops.platform_cursor where resource = %s", [resource]).fetchone()
    if row is None:
        return None, BEGINNING
    setting = connection.execute("select ops.setting('platform_overlap_hours', %s)::float8", [report_date]).fetchone()
    return row[0], row[0] - timedelta(hours=(setting and setting[0]) or 0)


def _take_in_items(
    connection: psycopg.Connection, resource: str, report_date: date, since: datetime, items: list[Item]
) -> Delivery | None:
    feed = platform_feeds()[resource]
    lines = "".join(json_text(item) + "\n" for item in items).encode()
    report = IncomingPart(
        feed=feed,
        unit=UNIT,
        report_date=report_date,
        # A second reading of the same night starts elsewhere, and adds to the first rather than replacing it.
        part=since.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ"),
        kind="pages",
        sha256=hashlib.sha256(lines).digest(),
        path=None,
        file_bytes=len(lines),
        arrived_at=datetime.now(TIMEZONE),
    )
    landed = ingest_part(connection, report, lambda: table_of(items, contract(feed)))
    if landed is not None:
        with private_file("pages.jsonl") as (copy, pages):
            copy.write(lines)
            copy.flush()
            archive.store(pages, report.sha256)
    return landed


def _move_watermark(
    connection: psycopg.Connection, resource: str, watermark: datetime | None, items: list[Item]
) -> None:
    """Moves on to the latest item of this reading; a reading that another one has overtaken does not commit."""
    latest = max(instants_of(items), default=watermark)
    if latest is None:
        return
    moved = connection.execute(
        MOVE_WATERMARK,
        {"resource": resource, "latest": latest, "watermark": watermark},
    )
    if moved.rowcount != 1:
        raise UserError(
            "另一次读取已先完成 | another reading of the platform has finished first",
            code="platform_overtaken",
            where=resource,
            todo="nothing of this reading was taken in; the retry starts from the new position",
        )
