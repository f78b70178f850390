"""Sending alerts: one digest for each county, through Apprise (WeCom, DingTalk, Feishu, mail, …)."""

from __future__ import annotations

import logging
from itertools import groupby
from typing import TYPE_CHECKING

from psycopg.rows import DictRow, dict_row

from employment_warehouse import database, settings
from employment_warehouse.alert.names import is_county, unit_name
from employment_warehouse.alert.queries import query
from employment_warehouse.contract.divisions import divisions

if TYPE_CHECKING:
    import apprise


def deliver_alerts(build: int) -> int:
    """Send the alerts up to this build that have not been sent; returns the number of digests that were delivered.

    One digest for each county; alerts about projects and payment batches go into the prefecture's. Without
    WAREHOUSE_ALERT_URLS nothing is sent. A digest that a channel does not accept stays undelivered, with the error
    recorded, and is sent by the next call.
    """
    channels = _channels()
    if not channels:
        return 0
    delivered = 0
    with database.connect("wh_publisher") as connection, connection.cursor(row_factory=dict_row) as cursor:
        undelivered = cursor.execute(query("undelivered"), {"build": build}).fetchall()
        # The sort is stable: within a county the most urgent stays first.
        for county, group in groupby(sorted(undelivered, key=_addressee), key=_addressee):
            alerts = list(group)
            is_delivered = _send(channels, unit_name(county), alerts)
            delivered += is_delivered
            given = {"is_delivered": is_delivered, "alerts": [alert["alert_id"] for alert in alerts]}
            cursor.execute(query("record_delivery"), given)
    return delivered


def _channels() -> apprise.Apprise:
    import apprise  # noqa: PLC0415  slow to import

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its log quotes addresses with their secrets
    channels = apprise.Apprise()
    channels.add(settings.alert_urls())
    return channels


def _addressee(alert: DictRow) -> str:
    """The county that the alert is about, else the prefecture."""
    return str(alert["unit"]) if is_county(alert["unit"]) else divisions().prefecture


def _send(channels: apprise.Apprise, county: str, alerts: list[DictRow]) -> bool:
    dates = [alert["report_date"] for alert in alerts if alert["report_date"]]
    subject = f"{county} {max(dates)}" if dates else county
    title = f"【就业监测】{subject}：{len(alerts)} 项需处理 | {len(alerts)} to act on"
    body = "\n\n".join(
        "\n".join(part for part in (f"■ {alert['title']}", alert["body"], alert["link"]) if part) for alert in alerts
    )
    kind = {"critical": "failure", "warning": "warning", "info": "info"}[alerts[0]["level"]]
    return bool(channels.notify(body=body, title=title, notify_type=kind, body_format="text"))
