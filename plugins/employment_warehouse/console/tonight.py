"""Tonight: whether the night was published, what is missing or held, and what to press."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi.responses import Response

from employment_warehouse.console.connections import Reading, Row
from employment_warehouse.console.page import Page, Visit
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.runtime.timetable import next_start
from employment_warehouse.settings import TIMEZONE

page = Page("/tonight", "今晚", "Tonight", needs=("ops.due", "marts.feed_timeliness"))
SETTLED = {"on_time", "late"}


@page.router.get("/tonight")
def show(visit: Visit = page.visitor) -> Response:
    """The newest night for those who read the ledger; for others the night that is published."""
    with visit.reading() as read:
        shown = _of_ledger(read) if visit.may("ops.due") else _of_publication(read)
    units = list(divisions().counties)
    due_units = {row["unit"] for row in shown["due"]}
    return visit.show(
        "tonight.html.j2",
        counties=[code for code in units if code in due_units],
        grid=_grid(shown["due"]),
        others=[row for row in shown["due"] if row["unit"] not in units and row["status"] != "on_time"],
        open_states=[row for row in shown["due"] if row["status"] not in SETTLED],
        **shown,
    )


def _of_ledger(read: Reading) -> dict[str, Any]:
    night = read.one("newest_build")
    standing = read.one("standing_publication")
    build = night["build"] if night else None
    first = read("first_scheduled")[0]["first_scheduled"]
    return {
        "night": night,
        "standing": standing,
        "due": read("due_of_night", build=build),
        "troubles": read("open_alerts", build=build),
        "held_deliveries": read("held_deliveries"),
        "next_start": next_start(datetime.now(TIMEZONE), first) if first else None,
    }


def _of_publication(read: Reading) -> dict[str, Any]:
    standing = read.one("standing_publication_of_readers")
    return {
        "night": None,
        "standing": standing,
        "due": read("due_of_publication"),
        "troubles": [],
        "held_deliveries": [],
        "next_start": None,
    }


def _grid(due: list[Row]) -> dict[str, dict[str, Row]]:
    """Feed → county → its worst delivery of the date."""
    grid: dict[str, dict[str, Row]] = {}
    for row in sorted(due, key=lambda row: (row["feed"], row["status"] not in SETTLED, row["status"] == "late")):
        grid.setdefault(row["feed"], {})[row["unit"]] = row
    return {feed: units for feed, units in grid.items() if set(units) & set(divisions().counties)}
