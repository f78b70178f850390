"""A real warehouse in which a history is played: the landing zone, the database, and what readers see."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

import psycopg
import pytest
from psycopg.rows import dict_row
from tests.kit import files, nights
from tests.kit.nights import certify
from tests.kit.server import USERS, connect_superuser, running_server
from tests.oracle.as_files import write
from tests.oracle.comparison import differences, token_of
from tests.oracle.worlds import Sent
from tests.torture import acts, faults
from tests.torture.acts import Act, Part, Revision
from tests.torture.model import MARTS, Model, Publication

from employment_warehouse import hr_platform, landing, publication, settings, transform
from employment_warehouse.database import DatabaseRefusal, connect
from employment_warehouse.database.connections import Address, as_variable
from employment_warehouse.database.embedded import Server
from employment_warehouse.database.program_logins import set_password
from employment_warehouse.runtime import backup, steps
from employment_warehouse.settings import Home

SELECT = "+target_progress +employment_stock +zero_employment_summary +restatement +double_registration"
"""MARTS, and what they are made of."""
FIRST_FILE = 1_714_000_000
"""Unix time of the first file's last change; of each later one a minute more."""
REASON = "a reason"
OPTIONS = {"fsync": "off", "synchronous_commit": "off", "shared_buffers": "'64MB'", "min_wal_size": "'32MB'"}


@dataclass
class Site:
    """One warehouse, and what it showed of each publication when that was compared."""

    root: Path
    numbers: dict[int, int] = field(default_factory=dict)
    """Build of the model → its number here: a database that is restored skips some."""
    showed: dict[int, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    serial: Iterator[int] = field(default_factory=lambda: count(1))
    backup: Path = Path()
    kills: int = 0
    served: ExitStack = field(default_factory=ExitStack)
    person: Callable[[str], str] = field(default_factory=lambda: cache(token_of))
    """Tokens are made with the keys of this home."""

    @property
    def zone(self) -> Path:
        return self.root / "landing zone"

    @property
    def home(self) -> Home:
        return settings.current_home()

    @contextmanager
    def opened(self) -> Iterator[Self]:
        """In this block the warehouse is there."""
        places = {"WAREHOUSE_HOME": str(self._new("home")), "WAREHOUSE_LANDING_ZONE": str(self.zone)}
        self.zone.mkdir()
        with patch.dict(os.environ, places):
            for name in [name for name in os.environ if name.startswith("AIRFLOW_CONN_")]:
                del os.environ[name]  # of the session's own warehouse
            self.served.enter_context(running_server(self.home, OPTIONS))
            try:
                yield self
            finally:
                self.served.close()

    def _new(self, name: str) -> Path:
        folder = self.root / f"{name} {next(self.serial)}"
        folder.mkdir(mode=0o700)
        return folder

    def play(self, model: Model, act: Act) -> list[str]:
        """Let an act happen here and in the model; everything that then differs."""
        model.apply(act)
        self._perform(model, act)
        return list(self.differences(model))

    # -- acts

    def _perform(self, model: Model, act: Act) -> None:
        match act:
            case acts.Send(part):
                self._put(model, part)
            case acts.TakeBack(part):
                _path(self.zone, part).unlink()
                self._put(model, part._replace(name=""))
            case acts.Night():
                self._night(act)
                self.numbers[model.builds] = publication.newest_build()
            case acts.ReleaseNight():
                publication.release_night(publication.newest_build(), REASON)
            case acts.ReleaseDelivery(part):
                publication.release_delivery(self._held(part), REASON)
            case acts.RollBack(number, withdrawn):
                publication.roll_back(self.numbers[number], [self._number(revision) for revision in withdrawn], REASON)
            case acts.CloseMonth(month):
                publication.close_month(month)
            case acts.Erase(id_number):
                landing.ask_erasure(id_number, REASON)
                steps.erase_persons()
            case acts.BackUp():
                self.backup = self._new("backup")
                backup.back_up(self.home, self.backup, self.root / "keys", 14)
            case acts.Restore(number):
                self._restore(None if number is None else self.numbers[number])

    def _restore(self, until: int | None) -> None:
        """The server is stopped, which copies the rest of its log, and never seen again."""
        self.served.close()
        self.showed.clear()
        dbt = self.home.dbt
        os.environ["WAREHOUSE_HOME"] = str(self._new("home"))
        backup.restore(self.home, self.backup, self.root / "keys", until=until)
        shutil.copytree(dbt, self.home.dbt, dirs_exist_ok=True)  # models that are parsed already
        self.served.enter_context(restored_server(self.home))

    def _put(self, model: Model, part: Part) -> None:
        sent = Sent(0, *part[:3], model.zone[part])
        write(self.zone, sent, part.name, FIRST_FILE + 60 * next(self.serial))

    def _night(self, act: acts.Night) -> None:
        run = f"night {next(self.serial)}"
        if act.fault:
            self.kills += faults.disturb(act.fault, night, act, run)
        with pytest.raises(DatabaseRefusal) if act.is_held else nullcontext():
            night(act, run)

    def _number(self, revision: Revision) -> int:
        return self._delivery("part = %s and revision = %s", *revision.part, revision.number)

    def _held(self, part: Part) -> int:
        return self._delivery("status = 'held'", *part[:3])

    def _delivery(self, condition: str, *given: Any) -> int:
        with connect_superuser() as connection:
            found = connection.execute(
                "select delivery_id from ops.delivery"  # type: ignore[arg-type]
                f" where feed = %s and unit = %s and report_date = %s and {condition} limit 1",
                given,
            ).fetchone()
        assert found is not None
        return int(found[0])

    # -- what readers see

    def differences(self, model: Model) -> Iterator[str]:
        """The standing marts, and those as of each earlier publication, against the model's."""
        standing = model.standing
        if nights.standing() != (self.numbers[standing[-1].number] if standing else 0):
            yield f"publication {nights.standing()} stands, not the last of {[p.number for p in standing]}"
            return
        # No role may read all of these marts.
        with connect_superuser() as reader:
            for number, one in enumerate(standing):
                last_of_date = [p for p in standing if p.on <= one.on][-1]
                if publication.as_of(reader, one.on) != self.numbers[last_of_date.number]:
                    yield f"as of {one.on} another publication than {last_of_date.number} is shown"
                publication.pin(reader, self.numbers[one.number])
                yield from self._compared(reader, model, one)
                if number == len(standing) - 1:
                    reader.execute("select marts.unpin()")
                    yield from self._compared(reader, model, one)

    def _compared(self, reader: psycopg.Connection, model: Model, one: Publication) -> Iterator[str]:
        shown = {mart: _rows(reader, mart) for mart in MARTS}
        expected = model.expected(one)
        # What was equal to the model before and has not changed is equal.
        if shown == self.showed.get(one.number) and expected == one.marts:
            return
        found = [d for mart in MARTS for d in differences(mart, expected[mart], shown[mart], self.person)]
        if not found:
            self.showed[one.number] = shown
        yield from (f"publication {one.number} of {one.on}: {text}" for text in found)


@contextmanager
def restored_server(home: Home) -> Iterator[Server]:
    """The server of a restored home, whose people have the passwords of that home; AIRFLOW_CONN_<ROLE> lead to it."""
    server = Server(home)
    server.start()
    try:
        with server.connect_superuser() as connection:
            info, people = connection.info, dict[str, str]()
            for role, (login, _) in USERS.items():
                password = home.secret(f"password:{login}")
                set_password(connection, login, password)
                people |= as_variable(role, Address(info.host, info.port, login, password, "warehouse"))
        with patch.dict(os.environ, server.environment() | people):
            yield server
    finally:
        server.stop()


def night(act: acts.Night, run: str) -> None:
    """Every step of a night in which both gates decide as the act says; again: what is not done yet.

    Raises DatabaseRefusal if gate 2 holds it.
    """
    if publication.build_of(run) != nights.standing():
        _build_and_publish(act, run)
    landing.purge()


def _build_and_publish(act: acts.Night, run: str) -> None:
    landing.expect_deliveries(act.on)
    files.ingest_all(act.on)
    build = publication.start_build(act.on, run)
    landing.restore_offered(build, hr_platform.read_archived)
    with connect("wh_gate") as gate:
        gate.execute(
            """
            update ops.delivery set
                status = case when is_held then 'held' else 'accepted' end, reason = case when is_held then 'test' end
            from (
                select d.delivery_id, (d.feed, d.unit) in (select * from unnest(%s::text [], %s::text [])) as is_held
                from ops.delivery as d where d.build = %s and d.status = 'landed'
            ) as offered
            where delivery.delivery_id = offered.delivery_id
            """,
            ([feed for feed, _ in act.held], [unit for _, unit in act.held], build),
        )
    transform.run_dbt(SELECT, build)
    certify(build, failed=int(act.is_held))
    publication.publish_or_hold(build)


def _path(zone: Path, part: Part) -> Path:
    return zone / part.feed / str(part.on) / f"{part.unit}{part.name and '_'}{part.name}.csv"


def _rows(reader: psycopg.Connection, mart: str) -> list[dict[str, Any]]:
    found = reader.cursor(row_factory=dict_row).execute(f"select * from marts.{mart}").fetchall()  # type: ignore[arg-type]
    return sorted(found, key=repr)
