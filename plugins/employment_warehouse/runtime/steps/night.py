"""How a night begins and how it ends: its report date, and its alerts."""

from __future__ import annotations

import logging
from datetime import date, datetime

from employment_warehouse.runtime.timetable import report_date_of
from employment_warehouse.settings import TIMEZONE

log = logging.getLogger(__name__)


def choose_date(wanted: str | None, started: datetime) -> str:
    """The night's report date (ISO): the wanted one, else the day that ended or ends within twelve hours.

    '' if no date was wanted and scheduled nights begin later (`warehouse begin`): the run then does nothing.
    Raises UserError (`date_in_future`).
    """
    from employment_warehouse import publication
    from employment_warehouse.runtime import nights

    if wanted:
        chosen = date.fromisoformat(wanted)
        nights.assert_not_future(chosen, started.astimezone(TIMEZONE))
        return chosen.isoformat()
    chosen, first = report_date_of(started), publication.first_scheduled_date()
    if first is None or chosen < first:
        log.warning(
            "nothing to do for %s: scheduled nights begin on %s (`warehouse begin`)", chosen, first or "no date"
        )
        return ""
    return chosen.isoformat()


def deliver_alerts(report_date: str | None, build_run: str) -> None:
    """Raise and send the alerts of a night, however it ended. build_run: the run of the DAG that builds it.

    Raises AlertsNotDelivered if a channel did not accept a digest; the retry sends to that channel alone.
    """
    from employment_warehouse import alert, publication

    if not report_date:
        # No date was chosen: the task failed, or scheduled nights have not begun, which is not a failure.
        first = publication.first_scheduled_date()
        if first is None or report_date_of(datetime.now(TIMEZONE)) < first:
            return
    build = publication.build_of(build_run)
    if build is None:
        alert.raise_night_not_started(report_date)
    else:
        alert.raise_night_alerts(build)
    digests = alert.deliver_alerts(publication.newest_build())
    if digests.failed:
        raise alert.AlertsNotDelivered(f"{digests.failed} digests")
