"""From pages of the platform to a delivery: the same checks, tokens and transaction as a county's file."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl
import psycopg
import tenacity

from employment_warehouse.checking import DUPLICATE_KEY, check_table
from employment_warehouse.contract import PLATFORM, Contract, PlatformResource, contract_of, platform_feeds
from employment_warehouse.database import connect, repeat_after_deadlock, setting
from employment_warehouse.errors import UserError
from employment_warehouse.hr_platform.client import Platform
from employment_warehouse.hr_platform.items import storable_text, table_of
from employment_warehouse.hr_platform.order import instants_of, is_ahead
from employment_warehouse.hr_platform.pages import Item, parse_page
from employment_warehouse.hr_platform.requests import PlatformFault
from employment_warehouse.landing import PAGES, Delivery, IncomingPart, archive, ingest_part, read_archived_file
from employment_warehouse.landing.ledger import require_keys
from employment_warehouse.landing.zone import private_file
from employment_warehouse.reading import TextTable
from employment_warehouse.settings import TIMEZONE, PlatformAccess, platform_access

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
READINGS = 3
SET_WATERMARK = """
    insert into ops.platform_cursor (resource, watermark, read_at) values (%(resource)s, %(latest)s, now())
    on conflict do nothing
"""
MOVE_WATERMARK = """
    update ops.platform_cursor set watermark = greatest(watermark, %(latest)s), read_at = now()
    where resource = %(resource)s and watermark = %(watermark)s
"""


class PlatformOvertaken(UserError):
    """读取期间另一次读取已先完成，或有撤回。 | Another reading finished first, or there was a rollback meanwhile."""

    code = "platform_overtaken"


def ingest_resource(path: str, report_date: date) -> Delivery | None:
    """Ingest what a resource of the platform has new up to the end of ``report_date`` (Asia/Shanghai).

    The watermark moves in the transaction that lands the items, or not at all. Reading starts an overlap window before
    it (setting ``platform_overlap_hours``), so that an item which was committed late is not missed; what
    arrives twice is one item. Items dated later wait for their night. A reading that another one or a rollback has
    overtaken stores nothing, and is tried again.
    None: there is no platform (it is *missing*), or nothing is new. Raises PlatformFault, PlatformOvertaken,
    IngestFailed, WrongTokenKey.
    """
    access = platform_access()
    if access is None:
        return None
    return _read_and_land(access, contract_of(platform_feeds()[path]), report_date)


@tenacity.retry(
    retry=tenacity.retry_if_exception_type(PlatformOvertaken), stop=tenacity.stop_after_attempt(READINGS), reraise=True
)
def _read_and_land(access: PlatformAccess, contract: Contract, report_date: date) -> Delivery | None:
    """One reading, from the watermark as it is now."""
    resource = contract.platform
    assert resource is not None
    with connect("wh_loader") as connection:
        require_keys(connection)
        watermark = _watermark(connection, resource.path)
        overlap = timedelta(hours=float(setting(connection, "platform_overlap_hours", report_date) or 0))
        since = BEGINNING if watermark is None else watermark - overlap
        read_seconds = float(setting(connection, "platform_read_seconds", report_date) or math.inf)
        connection.commit()
        client = Platform(access.url, access.client_id, access.client_secret, read_seconds=read_seconds)
        with client as platform:
            until = _items_of_night(platform.items(resource, since), resource, report_date)
            items = items_to_land(until, contract, end_of(report_date))

        def land() -> Delivery | None:
            with connection.transaction():
                delivery = _ingest_items(connection, contract, report_date, since, items)
                _move_watermark(connection, resource, watermark, items)
            return delivery

        return repeat_after_deadlock(land)


def items_to_land(items: Iterable[Item], contract: Contract, night_ends: datetime) -> list[Item]:
    """The items of a reading that are landed: of each id the good copy that was updated last (of equals the one that
    came last), and, to be rejected, every copy that breaks the contract. In the interface's order, wherever an item was
    repeated.

    A broken copy replaces no good one, not even when it is newer: what was last known for certain remains, and the
    rejected copy shows that something has changed since, until the platform sends it complete.
    """
    resource = contract.platform
    assert resource is not None

    def place(item: Item) -> tuple[datetime, str]:
        return item.instant(resource) or BEGINNING, item.identifier(resource) or ""

    different: dict[Item, None] = {}
    for item in items:  # of equal copies the one that came last remains
        different.pop(item, None)
        different[item] = None
    copies = sorted(different, key=place)
    copy_counts = Counter(item.identifier(resource) for item in copies)
    single = [item for item in copies if copy_counts[item.identifier(resource)] == 1]
    repeated = [item for item in copies if copy_counts[item.identifier(resource)] > 1]
    return sorted(single + _without_replaced(repeated, contract, night_ends), key=place)


def read_archived(delivery: Delivery, file: Path) -> TextTable:
    """The table of a delivery as the archive has it: of a file, or of a reading with an item on each line."""
    if delivery.kind != "pages":
        return read_archived_file(delivery, file)
    # The line of an item without an erased person is left empty: the others keep their numbers.
    lines = file.read_bytes().removesuffix(b"\n").split(b"\n")
    kept = [number for number, line in enumerate(lines, 1) if line]
    page = parse_page(b'{"items": [' + b",".join(filter(None, lines)) + b'], "next_cursor": null}', len(kept))
    return table_of(page.items, delivery.contract, end_of(delivery.report_date), kept)


def _without_replaced(items: list[Item], contract: Contract, night_ends: datetime) -> list[Item]:
    """The items without the good ones that a later good one of the same key replaces."""
    is_replaced = pl.col("reason") == DUPLICATE_KEY
    checked = check_table(table_of(items, contract, night_ends), contract, {})
    replaced = {line for frame in checked for line in frame.rejected.filter(is_replaced)["line"]}
    return [item for line, item in enumerate(items, 1) if line not in replaced]


def _items_of_night(pages: Iterable[list[Item]], resource: PlatformResource, report_date: date) -> Iterator[Item]:
    """Items of a night: those dated later are left out; those without a date, or with one that cannot have been yet,
    are kept, to be rejected.
    """
    night_ends = end_of(report_date)
    for page in pages:
        for item in page:
            instant = item.instant(resource)
            if instant is None or instant < night_ends or is_ahead(instant):
                yield item


def end_of(report_date: date) -> datetime:
    """The instant at which a night's day is over."""
    return datetime.combine(report_date + timedelta(days=1), time(), TIMEZONE)


def _watermark(connection: psycopg.Connection, path: str) -> datetime | None:
    """Up to where the resource was read; None at first."""
    row = connection.execute("select watermark from ops.platform_cursor where resource = %s", [path]).fetchone()
    return row[0] if row else None


def _ingest_items(
    connection: psycopg.Connection, contract: Contract, report_date: date, since: datetime, items: list[Item]
) -> Delivery | None:
    lines = "".join(f"{storable_text(item)}\n" for item in items).encode()
    part = IncomingPart(
        feed=contract.feed,
        unit=PLATFORM,
        report_date=report_date,
        # A second reading of the same night starts elsewhere, and adds to the first rather than replacing it.
        part=since.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ"),
        kind="pages",
        sha256=hashlib.sha256(lines).digest(),
        path=None,
        file_bytes=len(lines),
        arrived_at=datetime.now(TIMEZONE),
    )
    delivery = ingest_part(connection, part, lambda: table_of(items, contract, end_of(report_date)))
    if delivery is not None:
        _refuse_other_schema(connection, delivery)
        with private_file(PAGES) as (copy, pages):
            copy.write(lines)
            copy.flush()
            archive.store(pages, part.sha256)
    return delivery


def _refuse_other_schema(connection: psycopg.Connection, delivery: Delivery) -> None:
    """A reading most of whose items are rejected is not landed: the platform responds as nobody agreed, and its items
    are to be read again once it does. Held by gate 1, they would lie behind the watermark. Raises PlatformFault.
    """
    item_count, rejected_count = delivery.rows_read, delivery.rows_rejected
    fewest = setting(connection, "platform_other_schema_items", delivery.report_date)
    limit = setting(connection, "platform_other_schema_share", delivery.report_date)
    if fewest and limit and rejected_count >= float(fewest) and rejected_count > float(limit) * item_count:
        raise PlatformFault("schema_changed", where=delivery.feed, items=item_count, rejected=rejected_count)


def _move_watermark(
    connection: psycopg.Connection, resource: PlatformResource, watermark: datetime | None, items: list[Item]
) -> None:
    """Moves it to the latest item of this reading. Raises PlatformOvertaken unless it is where this reading began: a
    rollback deletes it, so that what was withdrawn is read again.
    """
    latest = max(instants_of(items, resource), default=watermark)
    if latest is None:
        return
    statement = SET_WATERMARK if watermark is None else MOVE_WATERMARK
    moved = connection.execute(statement, {"resource": resource.path, "latest": latest, "watermark": watermark})
    if moved.rowcount != 1:
        raise PlatformOvertaken(
            where=resource.path,
            todo="这次没有入库；下次运行从新的位置读 | nothing was ingested; the next run reads from the new position",
        )
