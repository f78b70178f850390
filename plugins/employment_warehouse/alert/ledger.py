"""Alerts in the ledger: one for each night, kind and unit."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from employment_warehouse import database
from employment_warehouse.alert.kinds import Level
from employment_warehouse.alert.queries import query


@dataclass(frozen=True)
class Alert:
    """Something that a unit must act on, in words that identify no person.

    unit: who must act (county or prefecture code, project number, batch number). title and body: Chinese first, then
    English; they say what, how many, how much money and since when. step: of the night. link: the list to work through.
    """

    kind: str
    level: Level
    unit: str
    title: str
    body: str
    build: int | None = None
    report_date: date | None = None
    step: str | None = None
    link: str | None = None


def raise_alert(*alerts: Alert) -> None:
    """Record alerts in ops.alert. An alert of the same build, kind and unit is updated until it has been sent."""
    with database.connect("wh_publisher") as connection, connection.cursor() as cursor:
        cursor.executemany(query("upsert_alert"), [asdict(alert) for alert in alerts])
