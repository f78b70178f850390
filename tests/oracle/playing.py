"""A random world given twice: to a warehouse, into landing or as files, and to the calculation."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg.rows import dict_row
from tests.kit.nights import Nights, accept, start_build
from tests.kit.people import token

from employment_warehouse import publication, transform
from employment_warehouse.contract import contract_of
from employment_warehouse.landing.due_deliveries import expect_deliveries

from . import timeliness
from .marts import Marts
from .reading import Delivery, Row, born_on
from .seeds import Seeds
from .state import DAY, World
from .status import PERIOD
from .themes import THEMES
from .tonight import Arrival, Expected, Published, Tonight
from .worlds import RandomWorld, Sent

EVERYTHING = "tag:core,resource_type:model tag:mart,resource_type:model"
PLATFORM = ("job_postings", "applications", "gig_orders")
UNIT_COLUMN = {"county": "county_code", "project": "project_no", "batch": "batch_no"}


# -- the calculation


def known(world: RandomWorld, night: int, seeds: Seeds) -> World:
    """All that is accepted by a night, and dated up to it."""
    today = world.nights[night]
    accepted: dict[tuple[str, str, date], Delivery] = {}
    replaced: list[Delivery] = []
    for sent in world.sent:
        if sent.night <= night and not sent.is_held and sent.report_date <= today:
            key = (sent.feed, sent.unit, sent.report_date)
            replaced += [accepted[key]] if key in accepted else []
            accepted[key] = Delivery(*key, sent.rows, len(sent.rows) + sent.rejected, sent.rejected, 0.0)
    items: dict[str, list[dict[str, Any]]] = {feed: [] for feed in PLATFORM}
    for when, resource, item in world.items:
        if when <= night:
            items[resource].append(item)
    read = {on for n, on in enumerate(world.nights) if n <= night and n not in world.platform_failed}
    return World(list(accepted.values()), items, seeds, today, replaced, read)


def calculate(
    world: RandomWorld, seeds: Seeds, marts: Iterable[str] | None = None
) -> Iterator[dict[str, list[Expected]]]:
    """Mart → its expected rows, night by night."""
    seeds = replace(seeds, switched_on=world.rules)
    everything = {*THEMES, *FIRST}
    wanted = everything if marts is None else set(marts).union(*(READS.get(mart, ()) for mart in marts))
    earlier: list[Published] = []
    for n in range(len(world.nights)):
        arrived = arrivals(world)[: n + 1]
        tonight = Tonight(known(world, n, seeds), world.nights[: n + 1], tuple(earlier), arrived)
        found: dict[str, list[Expected]] = {}
        tonight.marts = found
        first = Marts(tonight.world, tonight.nights, earlier)
        for mart in wanted & set(FIRST):
            found[mart] = list(getattr(first, mart)())
        for mart, calculation in THEMES.items():
            if mart in wanted:
                found[mart] = list(calculation(tonight))
        earlier.append(Published(world.nights[n], found))
        yield found


def arrivals(world: RandomWorld) -> list[list[Arrival]]:
    """What each night receives, with what is held."""
    revisions: Counter[tuple[str, str, date]] = Counter()
    found: list[list[Arrival]] = []
    for night, on in enumerate(world.nights):
        arrived: list[Arrival] = []
        sent_now = [sent for sent in world.sent if sent.night == night]
        for sent in sorted(sent_now, key=lambda sent: not sent.is_held):
            key = (sent.feed, sent.unit, sent.report_date)
            revisions[key] += 1
            months = frozenset(row["period"] for row in sent.rows) if sent.feed in PERIOD else frozenset()
            arrived.append(Arrival(*key, revisions[key], len(sent.rows), sent.rejected, sent.is_held, months))
        if night not in world.platform_failed:
            items = {(resource, item["id"]) for when, resource, item in world.items if when == night}
            arrived += [Arrival(feed, "hr_platform", on, 1, sum(of == feed for of, _ in items)) for feed in PLATFORM]
        found.append(arrived)
    return found


VALUED = (
    "target_progress",
    "employment_stock",
    "zero_employment_summary",
    "employment_flow",
    "income_stability",
    "return_risk",
    "labor_cooperation",
    "local_employment",
    "workshop_monitor",
    "relief_project_monitor",
    "relief_demand",
    "public_post_monitor",
    "public_post_finding",
    "service_effect",
    "dispute_monitor",
    "youth_monitor",
    "resettlement_site_monitor",
)
CASES = (
    "zero_employment_household",
    "return_risk",
    "relief_payroll_check",
    "public_post_finding",
    "workshop_monitor",
)
REPORTED = (*VALUED, *CASES, "finding_case", "indicator_value")
READS = {
    "restatement": ("headline_series",),
    "payroll_finding_summary": ("relief_payroll_check",),
    "finding_case": CASES,
    "indicator_value": (*VALUED, *CASES, "finding_case"),
    **dict.fromkeys(("key_county_compare", "report_daily", "report_weekly", "report_monthly"), REPORTED),
}
"""Marts that are calculated from others."""
FIRST = (
    "target_progress",
    "employment_stock",
    "zero_employment_household",
    "zero_employment_summary",
    "relief_project_monitor",
    "relief_payroll_check",
)


# -- the warehouse


def play_night(nights: Nights, world: RandomWorld, night: int) -> int:
    """Deliver what comes with a night, and begin it; its build."""
    on = world.nights[night]
    if night == 0:
        for rule in world.rules:
            publication.decide_rule(rule, on, enabled=True, legal_basis="a test")
    for day in days_until(world, night):  # reports are due on each day, whether a night was built or not
        expect(day)
    held = [
        deliver(nights, sent)
        for sent in world.sent
        if sent.night == night and (sent.report_date <= on) and sent.is_held
    ]
    for sent in world.sent:
        if sent.night == night and not sent.is_held:
            deliver(nights, sent)
    if night not in world.platform_failed:
        for feed in PLATFORM:
            items = [item for when, resource, item in world.items if when == night and resource == feed]
            last = {item["id"]: item for item in items}
            nights.deliver(feed, "hr_platform", on, [_landed_item(feed, item) for item in last.values()], kind="pages")
    build = start_build(on)
    nights.connection.execute(
        "update ops.delivery set status = 'held', reason = 'test', build = %s where delivery_id = any(%s)",
        (build, held),
    )
    accept(nights.connection, build)
    return build


def expect(day: date) -> None:
    """What is due on a day, in a prefecture that is connected to a platform."""
    names = ("WAREHOUSE_HR_URL", "WAREHOUSE_HR_CLIENT_ID", "WAREHOUSE_HR_CLIENT_SECRET")
    with patch.dict(os.environ, dict.fromkeys(names, "http://127.0.0.1:9")):
        expect_deliveries(day)


def days_until(world: RandomWorld, night: int) -> list[date]:
    """The days since the night before, the night's own the last."""
    on = world.nights[night]
    first = world.nights[night - 1] + DAY if night else on
    return [first + DAY * n for n in range((on - first).days + 1)]


def deliver(nights: Nights, sent: Sent) -> int:
    """One report, straight into landing."""
    rows = [landed(sent, row) for row in sent.rows]
    return nights.deliver(sent.feed, sent.unit, sent.report_date, rows, rejected=sent.rejected)


def landed(sent: Sent, row: Row) -> dict[str, Any]:
    """A row as it stands in landing: persons, names and accounts as tokens."""
    of = contract_of(sent.feed)
    values_of_row = row | ({UNIT_COLUMN[of.unit]: sent.unit} if of.unit in UNIT_COLUMN else {})
    found: dict[str, Any] = {}
    for column in of.columns:
        value = values_of_row.get("id_number" if column.name == of.person_column else column.name)
        names = [name for name, _ in of.landing_columns_of(column)]
        if column.name == of.person_column:
            found |= {"person_key": value and token(value), "birth_date": value and born_on(value), "sex": "male"}
        else:
            is_token = names[0].endswith("_key") and not column.name.endswith("_key")
            found[names[0]] = token(value) if is_token and value else value
    return {name: value for name, value in found.items() if value is not None}


def _landed_item(feed: str, item: dict[str, Any]) -> dict[str, Any]:
    names = {column.header: column for column in contract_of(feed).columns}
    sent = Sent(0, feed, "", date.min, [])
    return landed(sent, {names[name].name if name in names else name: value for name, value in item.items()})


def shown(connection: psycopg.Connection, mart: str) -> list[dict[str, Any]]:
    """All rows of a mart that the calculation speaks of."""
    rows = connection.cursor(row_factory=dict_row).execute(f"select * from marts.{mart}").fetchall()  # type: ignore[arg-type]
    return [row for row in rows if row["feed"] in timeliness.FEEDS] if mart == "feed_timeliness" else rows


def play(
    nights: Nights, world: RandomWorld, seeds: Seeds, select: str = EVERYTHING
) -> Iterator[dict[str, list[Expected]]]:
    """Both at once: after each night that is built and published, what its marts must show."""
    for night, expected in enumerate(calculate(world, seeds)):
        number = play_night(nights, world, night)
        transform.run_dbt(EVERYTHING, number)
        nights.publish(number)
        yield expected


@cache
def person_of(id_number: str) -> str:
    """The token of a person."""
    return token(id_number)
