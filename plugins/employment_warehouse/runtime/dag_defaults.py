"""What DAG files have in common: the timetable as Airflow takes it, the report date, and the defaults of every task.

Imports little: all that parses DAG files imports it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import (
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    MultipleCronTriggerTimetable,
    Param,
    RetryAction,
    RetryRule,
)

from employment_warehouse import settings
from employment_warehouse.runtime.timetable import NIGHT_TIMES, REPORT_TIMES

_REPORT_DATE: dict[str, Any] = {"format": "date", "description": "报表日期 | report date"}
REPORT_DATE = Param(type="string", **_REPORT_DATE)
# Without one, a night chooses its date.
REPORT_DATE_IF_ANY = Param(None, type=["null", "string"], **_REPORT_DATE)

# A task that was killed, or lost its server, is run again; one that failed for what a person must correct is not.
TASKS: dict[str, Any] = {
    "owner": "employment_warehouse",
    "retries": 3,
    "retry_delay": timedelta(seconds=5),
    "retry_policy": ExceptionRetryPolicy(
        [
            RetryRule("employment_warehouse.transform.dbt_result.ServerLost", action=RetryAction.RETRY),
            RetryRule("employment_warehouse.errors.UserError", action=RetryAction.FAIL),
        ]
    ),
}
# A task that waits for another DAG's run is not repeated if that run failed: its own tasks were repeated.
WAITS = ExceptionRetryPolicy([RetryRule("airflow.sdk.exceptions.AirflowException", action=RetryAction.FAIL)])


def night_timetable() -> MultipleCronTriggerTimetable | None:
    """At NIGHT_TIMES. None in a demonstration: its nights are in the past, and a night of today would end them."""
    if settings.is_demonstration():
        return None
    crons = (f"{at.minute} {at.hour} * * *" for at in NIGHT_TIMES)
    return MultipleCronTriggerTimetable(*crons, timezone="Asia/Shanghai")


def report_timetable(report: str) -> CronTriggerTimetable | None:
    """At its time of REPORT_TIMES; None in a demonstration, which writes its reports after its last night."""
    return None if settings.is_demonstration() else CronTriggerTimetable(REPORT_TIMES[report], timezone="Asia/Shanghai")
