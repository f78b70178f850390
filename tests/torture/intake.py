"""The files of a day, ingested again and again: each time into a new warehouse, which must end up the same."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psycopg
import pytest
from tests.conftest import fresh_warehouse
from tests.kit.nights import ingest_files
from tests.torture import invariants
from tests.torture.faults import NOWHERE, begin, exit_code
from tests.torture.invariants import Sums
from tests.torture.sent import COUNTIES, send

from employment_warehouse import settings
from employment_warehouse.database.embedded import Server
from employment_warehouse.identity.sealing import _open

DAY = date(2024, 5, 17)
NIGHT = DAY.isoformat()


@dataclass
class Intake:
    """The files of a day, and warehouses that have not ingested them yet."""

    server: Server
    zone: Path
    undisturbed: Sums = field(default_factory=dict)
    """The state of a warehouse that took them in without a fault."""
    seconds: float = 0
    """How long that took."""

    @contextmanager
    def warehouse(self) -> Iterator[psycopg.Connection]:
        """A new warehouse, with an empty archive."""
        shutil.rmtree(settings.current_home().archive)
        _open.cache_clear()  # the data key of the warehouse before it
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WAREHOUSE_LANDING_ZONE", str(self.zone))
            with fresh_warehouse(self.server, patch) as connection:
                yield connection

    def broken(self, connection: psycopg.Connection) -> list[str]:
        """What breaks I1, I2 or I3 at this moment."""
        return [
            *invariants.lost(connection, self.zone),
            *invariants.duplicated(connection, self.zone),
            *invariants.unauthorised(connection),
        ]

    def retried(self, connection: psycopg.Connection) -> list[str]:
        """What is wrong before and after a retry, and a second one: only that knows what is due from new projects."""
        found = self.broken(connection)
        for _ in range(2):
            ingest_files(NIGHT)
        found += self.broken(connection)
        return found + list(invariants.different(invariants.state(connection), self.undisturbed))


def undisturbed_intake(server: Server, zone: Path, *counties: str) -> Intake:
    """What is sent on the day, and what a warehouse has that ingested it without a fault."""
    made = Intake(server, zone)
    send(zone, DAY, counties=counties or COUNTIES)
    assert exit_code(begin(NOWHERE, int)) == 0  # starts the process of which the others are forked
    with made.warehouse() as connection:
        begun = time.monotonic()
        assert exit_code(begin(NOWHERE, ingest_files, NIGHT)) == 0
        made.seconds = time.monotonic() - begun
        ingest_files(NIGHT)
        assert made.broken(connection) == []
        made.undisturbed = invariants.state(connection)
    return made
