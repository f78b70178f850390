"""What people must be told of a night: kept in ops.alert always, and sent to the channels that are configured."""

from employment_warehouse.alert.channels import deliver_alerts
from employment_warehouse.alert.ledger import Alert, raise_alert
from employment_warehouse.alert.night import raise_night_alerts, raise_night_not_started

__all__ = ["Alert", "deliver_alerts", "raise_alert", "raise_night_alerts", "raise_night_not_started"]
