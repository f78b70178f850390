"""Files in a landing zone, and landing them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from employment_warehouse.landing import Delivery, land, land_correction, scan, withdraw_part
from employment_warehouse.settings import TIMEZONE

DAY = date(2024, 5, 1)
COUNTY = "532528"
FAMILIES = ("county", "payroll", "bank")


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


def land_all(day: date = DAY, families: Iterable[str] = FAMILIES) -> list[Delivery]:
    """Land every new file dated up to that day, and withdraw the parts that were removed; the new deliveries."""
    new, removed = scan(families, day)
    landed: list[Delivery | None] = []
    for arrival in new:
        landed += land_correction(arrival) if arrival.kind == "correction" else [land(arrival)]
    for part in removed:
        withdraw_part(part)
    return [delivery for delivery in landed if delivery is not None]
