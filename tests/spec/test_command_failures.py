"""What a command says of a database that fails it."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from employment_warehouse.command import failure_of


@pytest.mark.quick
@pytest.mark.parametrize(
    ("error", "is_lost"),
    [
        (psycopg.OperationalError("connection refused"), True),
        (errors.AdminShutdown(), True),
        (errors.ConnectionFailure(), True),
        (errors.QueryCanceled(), False),
        (errors.LockNotAvailable(), False),
        (errors.DiskFull(), False),
        (errors.DeadlockDetected(), False),
    ],
)
def test_only_a_lost_connection_is_called_one(error: psycopg.OperationalError, is_lost: bool) -> None:
    said = str(failure_of(error))
    assert ("does not answer" in said, "warehouse status" in said) == (is_lost, is_lost)
    assert is_lost or type(error).__name__ in said
