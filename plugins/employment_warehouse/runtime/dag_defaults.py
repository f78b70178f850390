"""What DAG files have in common: the timetable as Airflow takes it, and the defaults of every task.

Imports little: all that parses DAG files imports it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import (
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    MultipleCronTriggerTimetable,
    RetryAction,
    RetryRule,
)

from employment_warehouse import settings
from employment_warehouse.runtime.timetable import NIGHT_TIMES

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


def report_timetable(cron: str) -> CronTriggerTimetable | None:
    """In Shanghai's time; None in a demonstration, which writes its reports after its last night."""
    return None if settings.is_demonstration() else CronTriggerTimetable(cron, timezone="Asia/Shanghai")
