"""The same nights on one PostgreSQL and on Citus: are all figures the same, and which rows travel between machines?

    python bench/scale.py --coordinator postgresql://postgres@HOST:5432/warehouse [--people 20000] [--nights 3]
                          [--home FOLDER] [--planted]

The coordinator's database is an empty one of Citus with its workers added (docs/scale.md); this sets up nothing but
the warehouse in it, and a PostgreSQL of its own beside it. The nights of one demonstration are run on both, in one
process, step by step as the tasks of `night` do. After each, the rows that it opened or closed are compared table by
table: their number and the sum of their hashes, without instants and numbers of deliveries. Then it prints what each
node holds, and of each model the plans in which rows are sent from node to node. `--planted` removes a row of a
worker's after the last night, to show that the comparison can fail. Exit code 1: a table differs.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.kit.demonstration import demonstration_warehouse, platform_served
from tests.kit.digests import digest
from tests.kit.nights import run_steps
from tests.kit.server import migrated

from employment_warehouse import demonstration, publication, settings
from employment_warehouse.database.connections import Address, as_variable
from employment_warehouse.database.embedded import Server
from employment_warehouse.database.program_logins import LOGINS

Night = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Coordinator(Server):
    """A server that runs already, with the passwords of a home."""

    conninfo: str

    def connect_superuser(self, database: str = "warehouse") -> psycopg.Connection:
        return psycopg.connect(self.conninfo, dbname=database)

    def environment(self, *roles: str) -> dict[str, str]:
        at = conninfo_to_dict(self.conninfo)
        host, port = str(at["host"]), int(at.get("port") or 5432)
        return {
            name: value
            for role in roles or LOGINS
            for name, value in as_variable(
                role, Address(host, port, role, self.home.secret(f"password:{role}"), "warehouse")
            ).items()
        }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--coordinator", required=True)
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--nights", type=int, default=3)
    options.add_argument("--home", type=Path)
    options.add_argument("--planted", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.home or Path(temporary)
        make_homes(folder, given.people, given.nights)
        on_one = nights_on_one(folder / "one", given.people, given.nights)
        on_citus = nights_on_citus(folder / "citus", given.coordinator, given.planted)
    return compare(on_one, on_citus)


def make_homes(folder: Path, people: int, nights: int) -> None:
    """Two homes with the same feeds and the same keys, which give the same tokens."""
    with patch.dict(os.environ, {"WAREHOUSE_HOME": str(folder / "one")}):
        home = settings.current_home()
        settings.secret_keys()
        demonstration.generate(home.demonstration, people=people, nights=nights, seed=1)
        shutil.copy(home.demonstration / "target.csv", home.seeds)
    shutil.copytree(folder / "one", folder / "citus")


def nights_on_one(home: Path, people: int, nights: int) -> list[Night]:
    """Digests of each night on a PostgreSQL of its own."""
    with demonstration_warehouse(home, people, nights) as made:
        return [run_night("one PostgreSQL", made.server, home, night) for night in made.manifest.nights]


def nights_on_citus(home: Path, conninfo: str, planted: bool) -> list[Night]:
    """The same nights on Citus; then where the rows are and where they move."""
    with patch.dict(os.environ, {"WAREHOUSE_HOME": str(home)}):
        coordinator = Coordinator(settings.current_home(), conninfo)
        manifest = demonstration.read_manifest(home / "demonstration")
        with migrated(coordinator), platform_served(coordinator.home):
            publication.decide_rule("account_shared", manifest.nights[0], enabled=True, legal_basis="synthetic")
            found = [run_night("Citus", coordinator, home, night) for night in manifest.nights]
            with coordinator.connect_superuser() as connection:
                if planted:
                    plant(connection)
                    found[-1] = digest(connection, len(found))
                print_places(connection)
                connection.commit()
                print_moves(connection, home / "dbt" / "target" / "compiled")
    return found


def run_night(where: str, server: Server, home: Path, night: object) -> Night:
    """Run one night, and print its seconds; its digests."""
    demonstration.arrive(home / "demonstration", night)  # type: ignore[arg-type]
    began = time.perf_counter()
    build = run_steps(str(night))
    print(f"{where}: {night} in {time.perf_counter() - began:.1f} s", flush=True)
    with server.connect_superuser() as connection:
        return digest(connection, build)


def plant(connection: psycopg.Connection) -> None:
    """Delete one row that a worker holds."""
    connection.execute(
        "delete from store.dim_person where person_key = (select min(person_key::text)::uuid from store.dim_person)"
    )


def compare(on_one: list[Night], on_citus: list[Night]) -> int:
    """Print the tables that differ; the exit code."""
    different = 0
    for number, (one, other) in enumerate(zip(on_one, on_citus, strict=True), 1):
        tables = sorted({*one, *other})
        unequal = [table for table in tables if one.get(table) != other.get(table)]
        different += len(unequal)
        rows = sum(count for count, _ in one.values())
        print(f"night {number}: {rows:,} rows opened or closed in {len(tables)} tables, {len(unequal)} of them differ")
        for table in unequal:
            print(f"  {table}: {one.get(table)} and on Citus {other.get(table)}")
    return 1 if different else 0


def print_places(connection: psycopg.Connection) -> None:
    """What each node holds."""
    for node, tables, size in connection.execute(
        """
        select nodename || ':' || nodeport, count(distinct table_name), pg_size_pretty(sum(shard_size))
        from citus_shards where citus_table_type = 'distributed' group by 1 order by 1
        """
    ):
        print(f"{node}: shards of {tables} tables, {size}")
    [local] = connection.execute(
        """
        select pg_size_pretty(sum(pg_total_relation_size(c.oid))) from pg_class as c
        inner join pg_namespace as n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname in ('store', 'landing', 'vault', 'ops', 'seeds', 'tonight')
        """
    ).fetchone() or ("",)
    print(f"on the coordinator alone: {local}")


def print_moves(connection: psycopg.Connection, compiled: Path) -> None:
    """By Citus's plans, where rows move when the models of a night are computed.

    compiled: dbt's folder of the statements that it ran.
    """
    connection.execute("set enable_nestloop = off")
    found: dict[str, list[str]] = {}
    for path in sorted(compiled.rglob("models/**/*.sql")):
        columns = connection.execute(
            "select attname::text from pg_attribute"
            " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum",
            (f"tonight.{path.stem}",),
        ).fetchall()
        if columns:  # staging has no table: it is part of the models that read it
            names = sql.SQL(", ").join(sql.Identifier(name) for (name,) in columns)
            statement = sql.SQL("explain (costs off) insert into {} ({}) select {} from ({}) as computed").format(
                sql.Identifier("tonight", path.stem), names, names, sql.SQL(path.read_text())
            )
            plan = "\n".join(line for (line,) in connection.execute(statement))
            found.setdefault(_move(plan), []).append(path.stem)
            connection.rollback()
    for move, models in sorted(found.items()):
        print(f"{move}: {len(models)}: {', '.join(models)}")


def _move(plan: str) -> str:
    """What becomes of the rows of one statement."""
    if "Citus" not in plan:
        return "all on the coordinator"
    if method := re.search(r"INSERT/SELECT method: (.*)", plan):
        return "from worker to worker" if method[1] == "repartition" else "by way of the coordinator to workers"
    is_pushed_down = plan.startswith("Custom Scan (Citus Adaptive)") and "Distributed Subplan" not in plan
    return "none" if is_pushed_down else "from workers to the coordinator"


if __name__ == "__main__":
    sys.exit(main())
