"""Whole nights of a warehouse, task by task as Airflow runs them, and what must hold at every moment of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psycopg
import pytest
from tests.conftest import copy_database, fresh_warehouse
from tests.kit.nights import TASKS, ingest_files, run_tasks
from tests.torture import invariants
from tests.torture.invariants import Sums

from employment_warehouse import settings
from employment_warehouse.database.embedded import Server

TORTURE = bool(os.environ.get("TORTURE"))
KEPT = ("archive", "reports", "returns")
"""Folders of the home that belong to a database."""


def run_task(task: str, night: str, build: int) -> None:
    """One task, in whichever process. build: of the night, once it has begun."""
    TASKS[task](night, build)


def run_night(day: date) -> int:
    """A night without a fault; its build."""
    ingest_files(day.isoformat())
    return run_tasks(day.isoformat())


@dataclass
class Place:
    """A landing zone, and the home of its warehouses: each begins as the one that was kept under a name."""

    server: Server
    root: Path
    kept: set[str] = field(default_factory=set)

    @property
    def zone(self) -> Path:
        return self.root / "landing zone"

    @contextmanager
    def warehouse(self, name: str = "") -> Iterator[psycopg.Connection]:
        """A warehouse as it was kept under a name; without one, a new one. The superuser's connection to it."""
        home = settings.current_home()
        for folder in KEPT:
            shutil.rmtree(getattr(home, folder))
            if name:
                shutil.copytree(self.root / name / folder, getattr(home, folder), dirs_exist_ok=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WAREHOUSE_LANDING_ZONE", str(self.zone))
            with fresh_warehouse(self.server, patch, name or "warehouse") as connection:
                yield connection

    def keep(self, connection: psycopg.Connection, name: str) -> None:
        """Keep a warehouse as it is, under a name. Its connection is closed."""
        database, home = connection.info.dbname, settings.current_home()
        connection.close()
        copy_database(self.server, database, name)
        for folder in KEPT:
            shutil.copytree(getattr(home, folder), self.root / name / folder)

    def broken(self, connection: psycopg.Connection, *publications: Sums) -> list[str]:
        """What breaks I1, I2, I3 or I4 at this moment. publications: what readers may see, whole."""
        return [
            *invariants.lost(connection, self.zone),
            *invariants.duplicated(connection, self.zone),
            *invariants.unauthorised(connection),
            *invariants.mixed(connection, *publications),
        ]
