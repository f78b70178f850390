"""When nights run, and what holds for every task. Light: every process that reads DAG files imports it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, MultipleCronTriggerTimetable, RetryAction, RetryRule

from employment_warehouse import settings

# A task that was killed is run again; what a person has to mend is not tried again by itself.
TASKS: dict[str, Any] = {
    "owner": "employment_warehouse",
    "retries": 3,
    "retry_delay": timedelta(seconds=5),
    "retry_policy": ExceptionRetryPolicy([RetryRule("employment_warehouse.errors.UserError", action=RetryAction.FAIL)]),
}
# What waits for another DAG's run is not run again because that run has failed: it has tried by itself.
WAITS = ExceptionRetryPolicy([RetryRule("airflow.sdk.exceptions.AirflowException", action=RetryAction.FAIL)])


def night_schedule() -> MultipleCronTriggerTimetable | None:
    """After the counties' reports (20:00), early in the morning, and once more before 08:00 for who comes late.

    None in a demonstration: its nights are of the past, and one of today would end them.
    """
    if settings.is_demonstration():
        return None
    return MultipleCronTriggerTimetable("30 21 * * *", "0 6 * * *", "40 7 * * *", timezone="Asia/Shanghai")
