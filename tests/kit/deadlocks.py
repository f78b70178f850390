"""Transactions that wait for another, and a loader that meets one in a deadlock."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg
from tests.kit.server import connect_superuser

Landed = TypeVar("Landed")


def wait_for_lock(watcher: psycopg.Connection, begun: Future[Any]) -> None:
    """Return once somebody waits for a lock, or what was begun has ended."""
    while not (begun.done() or watcher.execute("select 1 from pg_locks where not granted").fetchall()):
        time.sleep(0.01)


def land_in_a_deadlock(warehouse: psycopg.Connection, load: Callable[[], Landed]) -> Landed:
    """What `load` lands while another transaction has the last of its new people, and wants the first.

    `load` must have run once, so that its people are known; what it landed is forgotten.
    """
    people = warehouse.execute("select p::text from vault.person as p order by person_key").fetchall()
    warehouse.execute(
        "truncate ops.delivery, ops.arrival, ops.platform_cursor, landing.labor_register, landing.gig_orders,"
        " vault.known, vault.person cascade"
    )
    insert = "insert into vault.person values ((%s::vault.person).*)"
    with ThreadPoolExecutor(1) as loader:
        with connect_superuser() as other:
            other.execute("set deadlock_timeout = '1min'")  # it is the loader that finds the deadlock
            other.execute(insert, people[-1])
            landed = loader.submit(load)
            wait_for_lock(warehouse, landed)
            other.execute(insert, people[0])
        return landed.result()
