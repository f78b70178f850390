"""Alerts of a night: always recorded in ops.alert, and sent to the configured channels."""

from employment_warehouse.alert.collecting import raise_night_alerts, raise_night_not_started
from employment_warehouse.alert.delivering import AlertsNotDelivered, Digests, deliver_alerts
from employment_warehouse.alert.raising import Alert, raise_alert

__all__ = [
    "Alert",
    "AlertsNotDelivered",
    "Digests",
    "deliver_alerts",
    "raise_alert",
    "raise_night_alerts",
    "raise_night_not_started",
]
