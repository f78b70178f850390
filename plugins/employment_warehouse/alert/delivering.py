"""Sending alerts: one digest for each county and report date, to each channel."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from psycopg.rows import DictRow, dict_row

from employment_warehouse import database, settings
from employment_warehouse.alert.digest import digest
from employment_warehouse.alert.queries import query
from employment_warehouse.channel import channel_name, send
from employment_warehouse.contract.divisions import divisions


class AlertsNotDelivered(Exception):
    """提醒未能送达，已记录，下次再发。 | A channel did not accept alerts; they are recorded and sent again."""


class Digests(NamedTuple):
    """How many digests the channels accepted, and how many they did not."""

    sent: int
    failed: int


def deliver_alerts(build: int) -> Digests:
    """Send to each channel the alerts up to this build that it has not received.

    One digest for each county and report date; alerts about projects and payment batches go into the prefecture's.
    Without WAREHOUSE_ALERT_URLS nothing is sent. What a channel does not accept is recorded, and sent by the next call;
    other channels do not receive it twice. Nothing is sent within a transaction.
    """
    urls = _urls()
    sent = failed = 0
    if not urls:
        return Digests(0, 0)
    with database.connect("wh_publisher") as connection, connection.cursor(row_factory=dict_row) as cursor:
        connection.autocommit = True
        cursor.execute("select pg_advisory_lock(hashtext('ops.alert_delivery'))")  # one sender at a time
        for url in urls:
            parameters = {"build": build, "channel": channel_name(url)}
            # The sort is stable: within a digest the most urgent alert stays first.
            undelivered = sorted(cursor.execute(query("undelivered"), parameters).fetchall(), key=_digest)
            for (county, _), group in groupby(undelivered, key=_digest):
                alerts = list(group)
                is_delivered = _send(url, divisions().name_of(county), alerts)
                sent, failed = sent + is_delivered, failed + (not is_delivered)
                numbers = [alert["alert_id"] for alert in alerts]
                cursor.execute(
                    query("record_delivery"), {**parameters, "is_delivered": is_delivered, "alerts": numbers}
                )
        cursor.execute(query("record_sent"), {"channels": [channel_name(url) for url in urls]})
    return Digests(sent, failed)


def _urls() -> list[str]:
    from apprise.utils.parse import parse_urls  # noqa: PLC0415  slow to import

    return list(dict.fromkeys(parse_urls(settings.alert_urls())))  # type: ignore[no-untyped-call]


def _digest(alert: DictRow) -> tuple[str, str]:
    """The county that the alert is about, else the prefecture; and its report date."""
    county = str(alert["unit"]) if alert["unit"] in divisions().counties else divisions().prefecture
    return county, str(alert["report_date"] or "")


def _send(url: str, county: str, alerts: list[DictRow]) -> bool:
    """What is new, the most urgent first; what was the same on the night before is counted."""
    report_date = alerts[0]["report_date"]
    new = [alert for alert in alerts if not alert["is_continued"]]
    continued = [alert for alert in alerts if alert["is_continued"]]
    more_zh, more_en = (f"，{len(continued)} 项同前", f", {len(continued)} as before") if continued else ("", "")
    subject = f"{county} {report_date}" if report_date else county
    title = f"【就业监测】{subject}：{len(new)} 项需处理{more_zh} | {len(new)} to act on{more_en}"
    urgency = {"critical": "failure", "warning": "warning", "info": "info"}[(new or alerts)[0]["level"]]
    return send(url, title=title, body=digest(new, continued), urgency=urgency)
