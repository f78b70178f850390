"""A demonstration's warehouse whose nights the caller runs, in this process and without Airflow."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from tests.kit.server import running_server

from employment_warehouse import demonstration, publication, settings
from employment_warehouse.database.embedded import Server
from employment_warehouse.demonstration import Manifest
from employment_warehouse.runtime.deployment import embedded
from employment_warehouse.runtime.environment import environment
from employment_warehouse.runtime.programs import AIRFLOW_PROGRAMS
from employment_warehouse.runtime.service import Warehouse
from employment_warehouse.settings import Home


@dataclass(frozen=True)
class Demonstration:
    """Its server, and what was generated."""

    server: Server
    manifest: Manifest


@contextmanager
def demonstration_warehouse(folder: Path, people: int, nights: int) -> Iterator[Demonstration]:
    """The warehouse of a home, migrated and served with its platform; this process sees what a task sees.

    Feeds and nights that the home has already are kept. The caller runs the others: `demonstration.arrive`, then
    `run_steps`.
    """
    # Airflow, which reading the landing zone imports, would print a line for every file.
    logging.getLogger("employment_warehouse").setLevel(logging.WARNING)
    with patch.dict(os.environ, {"WAREHOUSE_HOME": str(folder)}):
        home = settings.current_home()
        try:
            manifest = demonstration.read_manifest(home.demonstration)
        except FileNotFoundError:
            shutil.rmtree(home.demonstration, ignore_errors=True)
            manifest = demonstration.generate(home.demonstration, people=people, nights=nights, seed=1)
        shutil.copy(home.demonstration / "target.csv", home.seeds)
        with running_server(home) as server, platform_served(home):
            if publication.newest_build() == 0:
                publication.decide_rule("account_shared", manifest.nights[0], enabled=True, legal_basis="synthetic")
            yield Demonstration(server, manifest)


@contextmanager
def platform_served(home: Home) -> Iterator[None]:
    """The platform of a demonstration's home; this process sees what a task sees, and the connections that it has."""
    warehouse = Warehouse(home)
    warehouse.up_platform()
    try:
        connections = {name: value for name, value in os.environ.items() if name.startswith("AIRFLOW_CONN_")}
        os.environ.update(environment(embedded(home), AIRFLOW_PROGRAMS["scheduler"]) | connections)
        yield
    finally:
        warehouse.down()
