"""Alerts in the ledger: one for each report date, kind and unit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date

from employment_warehouse import database
from employment_warehouse.alert.queries import query
from employment_warehouse.alert_kinds import Level


@dataclass(frozen=True)
class Alert:
    """Something that a unit must act on, in words that identify no person.

    unit: who must act (county or prefecture code, project number, batch number). title and body: Chinese first, then
    English; they say what, how many, how much money and since when. step: of the night. link: the list to work through.
    subject: what an alert of the next night about the same matter has in common with it; "": each is new.
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
    subject: str = ""


def raise_alert(*alerts: Alert) -> None:
    """Record alerts in ops.alert. An alert of the same report date, kind and unit is brought up to date."""
    with database.connect("wh_publisher") as connection, connection.cursor() as cursor:
        cursor.executemany(query("upsert_alert"), [asdict(alert) for alert in alerts])


def resolve_others(
    report_date: date, kinds: Collection[str], raised: Collection[tuple[str, str]], *, since: date | None
) -> None:
    """Mark the alerts of these kinds from `since` (None: ever) up to that date as resolved; of that date itself not
    those that were raised this time (kind, unit).
    """
    parameters = {
        "report_date": report_date,
        "since": since,
        "kinds": list(kinds),
        "raised_kinds": [kind for kind, _ in raised],
        "raised_units": [unit for _, unit in raised],
    }
    with database.connect("wh_publisher") as connection:
        connection.execute(query("resolve_alerts"), parameters)
