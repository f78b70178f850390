"""What to do when two transactions wait for each other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import psycopg

log = logging.getLogger(__name__)

Result = TypeVar("Result")

DEADLOCKS = 5  # of one transaction; then the error, for which Airflow retries the task minutes later


def repeat_after_deadlock(run: Callable[[], Result]) -> Result:
    """The result of `run`, which is called again when PostgreSQL rolled its transaction back to end a deadlock.

    Two loaders that seal the same new people in different orders cannot know of each other. Raises DeadlockDetected
    after the sixth time.
    """
    for _ in range(DEADLOCKS):
        try:
            return run()
        except psycopg.errors.DeadlockDetected:
            log.warning("deadlock: rolled back, and tried again")
    return run()
