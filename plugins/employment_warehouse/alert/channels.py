"""Alerts on their way: one digest a county and night, through Apprise (WeCom, DingTalk, Feishu, mail, …)."""

from __future__ import annotations

import logging
from itertools import groupby
from typing import TYPE_CHECKING

from psycopg.rows import DictRow, dict_row

from employment_warehouse import database, settings
from employment_warehouse.alert.ledger import PREFECTURE
from employment_warehouse.alert.names import county_names
from employment_warehouse.alert.queries import query

if TYPE_CHECKING:
    import apprise


def deliver_alerts(build: int) -> int:
    """Send what ops.alert has of this build and nobody was sent yet; how many digests were taken.

    One digest a county; what concerns projects and batches goes into the prefecture's. Without WAREHOUSE_ALERT_URLS
    nothing is sent, and nothing is wrong. What a channel does not take stays unsent, with the fact noted, for the
    next call.
    """
    channels = _channels()
    if not channels:
        return 0
    sent = 0
    with database.connect("wh_publisher") as connection, connection.cursor(row_factory=dict_row) as cursor:
        counties = county_names(connection)
        unsent = [
            alert | {"county": alert["unit"] if alert["unit"] in counties else PREFECTURE}
            for alert in cursor.execute(query("unsent"), {"build": build}).fetchall()
        ]
        # The sort is stable: within a county the most urgent stays first.
        for county, group in groupby(sorted(unsent, key=_county), key=_county):
            alerts = list(group)
            taken = _notify(channels, counties.get(county, county), alerts)
            sent += taken
            cursor.execute(query("sent"), {"taken": taken, "alerts": [alert["alert_id"] for alert in alerts]})
    return sent


def _channels() -> apprise.Apprise:
    import apprise  # noqa: PLC0415  takes a while

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its log quotes addresses with their secrets
    channels = apprise.Apprise()
    channels.add(settings.alert_urls())
    return channels


def _county(alert: DictRow) -> str:
    return str(alert["county"])


def _notify(channels: apprise.Apprise, county: str, alerts: list[DictRow]) -> bool:
    most_urgent = alerts[0]["level"]
    title = f"【就业监测】{county} {alerts[0]['report_date']}：{len(alerts)} 项需处理 | {len(alerts)} to act on"
    body = "\n\n".join(
        "\n".join(part for part in (f"■ {alert['title']}", alert["body"], alert["link"]) if part) for alert in alerts
    )
    kind = {"critical": "failure", "warning": "warning", "info": "info"}[most_urgent]
    return bool(channels.notify(body=body, title=title, notify_type=kind, body_format="text"))
