"""What a failed run of dbt means: a model at fault, or a server that was away."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from employment_warehouse.transform import ServerLost, TransformFailed
from employment_warehouse.transform.dbt_result import read_summary

LOST = [
    "Database Error in model a\n  server closed the connection unexpectedly\n\tThis probably means the server",
    'connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory',
    'connection to server at "postgres" (10.0.0.2), port 5432 failed: FATAL:  the database system is in recovery mode',
    "terminating connection because of crash of another server process",
    "SSL SYSCALL error: EOF detected",
    "could not receive data from server: Connection timed out",
    "connection already closed",
    "cursor already closed",
    "connection not open",
    "no connection to the server",
    "could not send data to server: Broken pipe",
    'could not translate host name "postgres" to address',
    "FATAL:  sorry, too many clients already",
    "FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute",
    "FATAL:  the database system is shutting down",
    "FATAL:  the database system is not yet accepting connections",
    "connection to the remote node 10.0.0.3:5432 failed with the following error: Connection refused",
    "could not connect to any active placements",
]
AT_FAULT = [
    "division by zero",
    'column "server" does not exist',
    "invalid input syntax for type integer",
    "no connection between a post and its holder",
    "could not extend file: No space left on device",
]


def run(message: str) -> SimpleNamespace:
    """What dbt gives of a run whose one model failed."""
    node = SimpleNamespace(name="a", resource_type="model")
    failed = SimpleNamespace(node=node, status="error", execution_time=1.0, message=message)
    return SimpleNamespace(result=SimpleNamespace(results=[failed]), success=False, exception=None)


def unable(message: str) -> SimpleNamespace:
    """What dbt gives if it has not run anything."""
    return SimpleNamespace(result=None, success=False, exception=RuntimeError(message))


@pytest.mark.parametrize("message", LOST)
def test_a_server_that_was_away_is_not_the_fault_of_a_model(message: str) -> None:
    for outcome in (run(message), unable(message)):
        with pytest.raises(ServerLost):
            read_summary("tag:core", outcome)


@pytest.mark.parametrize("message", AT_FAULT)
def test_a_model_at_fault_is_named(message: str) -> None:
    for outcome in (run(message), unable(message)):
        with pytest.raises(TransformFailed):
            read_summary("tag:core", outcome)
