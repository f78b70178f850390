"""A home of an earlier version is upgraded: its publications stay, and the next night runs, also after a failure.

tests/old_home is what the version with migrations 0001 to 0018 made of two demonstration nights of 100 people: its
roles, its database (pg_dump) and its keys, which are those of made-up people. A third night was rolled back, a rule
decided and scheduled nights begun, by the functions of that version.
"""

from __future__ import annotations

import lzma
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from tests.kit.nights import Nights
from tests.kit.process import run_warehouse
from tests.kit.reported import COUNTY, person, report, spell

from employment_warehouse.database import migrate
from employment_warehouse.database.account import run_client
from employment_warehouse.database.embedded import Server
from employment_warehouse.errors import UserError
from employment_warehouse.settings import Home

OLD_HOME = Path(__file__).parents[1] / "old_home"
# What gate 1 holds there, as if others had held it.
HELD = {"2024-05-18": "门禁二 gate 2: 占比为 0%", "2024-05-19": "模型无法计算 model_failed: 岗位数（0）"}


@dataclass
class OldWarehouse:
    """A served home of the earlier version; `columns` of each of its models."""

    server: Server
    connection: psycopg.Connection
    columns: dict[str, str]

    def publications(self) -> list[tuple[Any, ...]]:
        return self.connection.execute(
            "select publication, report_date, rolled_back_at from ops.publication order by 1"
        ).fetchall()

    def digests(self) -> dict[tuple[int, str], Any]:
        """Of what each publication that stands shows of each model, in the columns that the earlier version had."""
        return {
            (number, model): self.connection.execute(
                f"select count(*), sum(hash_record_extended(row({columns}), 0)::numeric) from store.{model}"
                " where from_build <= %s and (to_build is null or %s < to_build)",
                [number, number],
            ).fetchone()
            for number, _, rolled_back in self.publications()
            if rolled_back is None
            for model, columns in self.columns.items()
        }

    def migrations(self) -> list[str]:
        return [name for (name,) in self.connection.execute("select name from ops.migration order by 1")]


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OldWarehouse]:
    home = Home(tmp_path_factory.mktemp("old") / "home")
    home.root.mkdir()
    shutil.copy(OLD_HOME / "keys.json", home.secrets)
    shutil.copy(OLD_HOME / "data_key.json", home.archive)
    database = home.root / "warehouse.sql"
    database.write_bytes(lzma.decompress((OLD_HOME / "warehouse.sql.xz").read_bytes()))
    server = Server(home)
    server.start()
    at = [f"--host={server.socket_folder}", f"--port={server.port}", "--username=postgres", "--dbname=postgres"]
    password = home.secret("password:postgres")
    try:
        with server.connect_superuser("postgres") as connection:
            connection.autocommit = True
            connection.execute("drop database warehouse")
        for script in (OLD_HOME / "roles.sql", database):
            done = run_client("psql", *at, "-v", "ON_ERROR_STOP=1", "--file", script, password=password)
            assert done.returncode == 0, done.stderr[-2000:]
        with server.connect_superuser() as connection:
            connection.autocommit = True
            for day, reason in HELD.items():
                connection.execute(
                    "update ops.delivery set reason = %s where report_date = %s and status = 'held'", [reason, day]
                )
            columns = connection.execute(
                """
                select c.relname, string_agg(quote_ident(a.attname), ', ' order by a.attnum)
                from pg_class as c
                inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                where c.relnamespace = 'store'::regnamespace and c.relkind = 'r'
                    and a.attname not in ('from_build', 'to_build')
                group by c.relname
                """
            )
            yield OldWarehouse(server, connection, dict(columns.fetchall()))
    finally:
        server.stop()


@pytest.fixture
def failing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One migration more, which fails half-way."""
    module = sys.modules[migrate.__module__]
    folder = shutil.copytree(module.MIGRATIONS, tmp_path / "migrations")
    (folder / "9999_fails.sql").write_text("create table ops.half_done (); select 1 / 0;")
    monkeypatch.setattr(module, "MIGRATIONS", folder)


def test_a_failed_migration_leaves_publications_unchanged(old: OldWarehouse, failing: None) -> None:
    before = (old.digests(), old.publications())
    assert len(old.migrations()) == 18
    with old.server.connect_superuser() as connection, pytest.raises(UserError) as stopped:
        migrate(connection)
    assert stopped.value.code == "migration_failed"
    assert "9999_fails" in stopped.value.message
    assert (old.digests(), old.publications()) == before
    assert "9999_fails" not in old.migrations()
    assert old.connection.execute("select to_regclass('ops.half_done')").fetchone() == (None,)


def test_an_upgraded_home_keeps_its_publications_and_runs_the_next_night(old: OldWarehouse) -> None:
    before, publications = old.digests(), old.publications()
    assert sum(count for count, _ in before.values()) > 1000
    done = run_warehouse("migrate", home=old.server.home.root)
    assert done.returncode == 0, done.stderr
    assert len(old.migrations()) > 18
    assert (old.digests(), old.publications()) == (before, publications)
    held = "select report_date::text, held_by from ops.delivery where status = 'held'"
    assert dict(old.connection.execute(held).fetchall()) == {
        "2024-05-18": "gate_2",
        "2024-05-19": "model",
        "2024-05-20": "gate_1",
    }
    standing = max(number for number, _, rolled_back in publications if rolled_back is None)
    following = max(day for _, day, _ in publications) + timedelta(1)
    places = {"WAREHOUSE_HOME": str(old.server.home.root)}
    with patch.dict(os.environ, places | old.server.environment()):
        nights = Nights(old.connection, "path:models")
        report(nights, COUNTY, str(following), [person("a"), person("b")], [spell("a")])
        published = nights.night(following)
    assert published > standing
    counted = nights.scalar(
        "select value from marts.headline_series"
        " where on_date = %s and county_code = %s and indicator = 'labour_force'",
        following, COUNTY,
    )  # fmt: skip
    assert counted == 2
    assert old.digests().items() >= before.items()


def test_a_changed_row_of_an_old_publication_is_found(old: OldWarehouse) -> None:
    before = old.digests()
    with old.connection.transaction(force_rollback=True):
        old.connection.execute("update store.dim_workshop set workshop_name = workshop_name || '?'")
        assert old.digests() != before
