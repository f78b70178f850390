"""Alerts in the ledger: one a night, kind and unit."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from employment_warehouse import database
from employment_warehouse.alert.queries import query

PREFECTURE = "532500"


@dataclass(frozen=True)
class Alert:
    """One thing that someone must do something about, in words that name no person.

    unit: who is to act (county code, project or batch number). title and body: Chinese first, English after it;
    they say what, how many, how much money and since when. step: of the night. link: the list to work through.
    """

    kind: str
    level: Literal["critical", "warning", "info"]
    title: str
    body: str
    unit: str = PREFECTURE
    build: int | None = None
    report_date: date | None = None
    step: str | None = None
    link: str | None = None


def raise_alert(*alerts: Alert) -> None:
    """Keep alerts in ops.alert. Told again in the same night, one is brought up to date until it has been sent."""
    with database.connect("wh_publisher") as connection, connection.cursor() as cursor:
        cursor.executemany(query("keep"), [asdict(alert) for alert in alerts])
