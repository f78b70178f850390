"""Whole nights of a warehouse, task by task as Airflow runs them, and what must hold at every moment of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psycopg
import pytest
from tests.conftest import copy_database, fresh_warehouse
from tests.kit.nights import ingest_files
from tests.torture import invariants
from tests.torture.invariants import Sums

from employment_warehouse import publication, settings
from employment_warehouse.database.embedded import Server
from employment_warehouse.runtime import steps

TORTURE = bool(os.environ.get("TORTURE"))
KEPT = ("archive", "reports", "returns")
"""Folders of the home that belong to a database."""


def run_of(night: str) -> str:
    """The run of Airflow that builds a night."""
    return f"night {night}"


TASKS: dict[str, Callable[[str, int], object]] = {
    "start_build": lambda night, _: steps.start_build(night, run_of(night)),
    "gate_deliveries": lambda _, build: steps.gate_deliveries(build),
    "build_core": lambda _, build: steps.build_layer("core", build),
    "build_marts": lambda _, build: steps.build_layer("mart", build),
    "gate_marts": lambda _, build: steps.gate_marts(build),
    "rebuild_without_held": lambda _, build: steps.rebuild_without_held(build),
    "publish_night": lambda _, build: steps.publish_night(build),
    "write_report": lambda *_: steps.write_report("daily"),
    "write_returns": lambda night, _: steps.write_returns(night),
    "record_history": lambda *_: steps.record_history(),
    "purge_landing": lambda *_: steps.purge_landing(),
    "deliver_alerts": lambda night, _: steps.deliver_alerts(night, run_of(night)),
    "confirm_intake": lambda night, _: steps.confirm_intake(night),
}
"""What follows the intake, by the names of the DAGs' tasks, in their order."""


def run_task(task: str, night: str, build: int) -> None:
    """One task, in whichever process. build: of the night, once it has begun."""
    TASKS[task](night, build)


def build_of(night: str) -> int:
    """The build of a night; 0 before it has begun."""
    return publication.build_of(run_of(night)) or 0


def run_night(day: date) -> int:
    """A night without a fault; its build."""
    night = day.isoformat()
    ingest_files(night)
    for task in TASKS:
        run_task(task, night, build_of(night))
    return build_of(night)


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
