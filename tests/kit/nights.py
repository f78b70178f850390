"""Nights of a warehouse whose deliveries are written straight into landing, without files and without a reader."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from tests.kit import files
from tests.kit.server import connect_superuser

from employment_warehouse import gate, landing, publication, transform
from employment_warehouse.contract import platform_feeds
from employment_warehouse.database import connect
from employment_warehouse.runtime import steps
from employment_warehouse.transform.runs import run_models

Row = Mapping[str, Any]
RUNS = itertools.count(1)


def insert(connection: psycopg.Connection, schema: str, table: str, rows: Iterable[Row]) -> None:
    """Insert rows, by column; a value that is left out is NULL."""
    target = sql.Identifier(schema, table)
    statement = sql.SQL("insert into {} select * from jsonb_populate_recordset(null::{}, %s)").format(target, target)
    connection.execute(statement, (json.dumps(list(rows), default=str),))


def start_build(day: date | str) -> int:
    """Begin the night of a date with a run of its own; its build."""
    return publication.start_build(date.fromisoformat(str(day)), f"test run {next(RUNS)}")


def standing() -> int:
    """Number of the standing publication; 0: nothing is published."""
    with connect("wh_publisher") as connection:
        shown = publication.standing(connection)
    return shown.publication if shown else 0


def accept(connection: psycopg.Connection, build: int) -> None:
    """Accept everything that was offered to a build, without gate 1."""
    connection.execute("update ops.delivery set status = 'accepted' where build = %s and status = 'landed'", (build,))


def certify(build: int, failed: int = 0, run: int = 1) -> None:
    """Record that every model was written, and write a certificate of one expected check, without gate 2."""
    with connect("wh_gate") as gate:
        gate.execute("select ops.seal_build(%s)", (build,))
    with connect_superuser() as connection:
        connection.execute(
            "insert into ops.model_version (build, model, rows_opened, rows_closed)"
            " select %s, v.model, 0, 0 from ops.versioned as v on conflict do nothing",
            (build,),
        )
        connection.execute(
            """
            insert into ops.certificate (
                build, suite_versions, checks_expected, checks_run, critical_failed, row_counts,
                digest, landing_digest, rules_digest
            )
            values (
                %(build)s, '{}', 1, %(run)s, %(failed)s, '{}',
                ops.build_digest(%(build)s), ops.landing_digest(%(build)s), ops.rules_digest(%(build)s)
            )
            """,
            {"build": build, "run": run, "failed": failed},
        )


def publish(build: int) -> int:
    """Publish a build without gate 2; its publication."""
    certify(build)
    return publication.publish(build)


def publish_night(connection: psycopg.Connection, day: date = files.DAY) -> int:
    """A night that accepts every delivery, published without its gates."""
    build = start_build(day)
    accept(connection, build)
    return publish(build)


def gated_night(day: date) -> tuple[int, ...]:
    """A published night of all that has come by then, and a purge; what gate 1 holds."""
    files.ingest_all(day)
    build = steps.start_build(day.isoformat(), f"test run {next(RUNS)}")
    result = gate.gate_deliveries(build)
    publish(build)
    landing.purge()
    return result.held


def ingest_files(night: str) -> None:
    """The tasks of `night` that come before its build, without those that read the platform, in their order."""
    steps.expect_deliveries(night)
    for county in steps.find_counties(night):
        steps.ingest_county(county, night)
    for feed in steps.find_relief_feeds(night):
        steps.ingest_relief_feed(feed, night)


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


def build_of(night: str) -> int:
    """The build of a night; 0 before it has begun."""
    return publication.build_of(run_of(night)) or 0


def run_tasks(night: str) -> int:
    """What follows the intake; the build."""
    for task in TASKS.values():
        task(night, build_of(night))
    return build_of(night)


def run_steps(night: str) -> int:
    """Every task of `night` and of the DAGs that it runs, in their order; the build."""
    ingest_files(night)
    for resource in platform_feeds():
        steps.ingest_resource(resource, night)
    return run_tasks(night)


def count_unit_tests(select: str) -> int:
    """Run the unit tests of the models that `select` names, which must pass; how many there are.

    The models that they read must have been built once.
    """
    return run_models(select, ["test", "--select", *(f"{model},test_type:unit" for model in select.split())]).tests


@dataclass
class Nights:
    """One warehouse, its deliveries and its nights. Dates are dates or ISO texts."""

    connection: psycopg.Connection
    select: str = "+path:models/marts/targets"
    revisions: dict[tuple[str, ...], int] = field(default_factory=dict)

    def deliver(
        self,
        feed: str,
        unit: str,
        on: date | str,
        rows: Iterable[Row] = (),
        *,
        revision: int | None = None,
        part: str = "",
        rejected: int = 0,
        kind: str | None = None,
    ) -> int:
        """The next (or another) revision of a delivery, landed; its number. Its kind without rows is `nil`."""
        rows = list(rows)
        key = (feed, unit, str(on), part)
        self.revisions[key] = revision or self.revisions.get(key, 0) + 1
        number = self.scalar(
            """
            insert into ops.delivery (
                feed, unit, report_date, part, revision, kind, sha256, arrived_at, rows_read, rows_landed,
                rows_rejected, months
            ) values (%s, %s, %s, %s, %s, %s, sha256(%s::bytea), %s, %s, %s, %s, %s::date [])
            returning delivery_id
            """,
            *key, self.revisions[key], kind or ("file" if rows else "nil"), uuid.uuid4().bytes, on,
            len(rows) + rejected, len(rows), rejected,
            [] if kind == "withdrawn" else sorted({str(row["period"]) for row in rows if row.get("period")}) or None,
        )  # fmt: skip
        located = ({"delivery_id": number, "line": line, "sheet": "", **row} for line, row in enumerate(rows, 2))
        insert(self.connection, "landing", feed, located)
        return int(number)

    def start(self, on: date | str) -> int:
        """Begin a night and accept all that was offered to it; its build."""
        build = start_build(on)
        accept(self.connection, build)
        return build

    def build(self, build: int, select: str | None = None) -> None:
        """Run dbt for a night."""
        transform.run_dbt(select or self.select, build)

    def publish(self, build: int) -> int:
        """Publish a build without gate 2; its publication."""
        return publish(build)

    def night(self, on: date | str) -> Any:
        """A whole night, published; its publication."""
        build = self.start(on)
        self.build(build)
        return self.publish(build)

    def scalar(self, statement: str, *parameters: Any) -> Any:
        """The one value of a query."""
        row = self.connection.execute(statement, parameters).fetchone()
        return row and row[0]

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.connection.execute(statement, parameters).fetchall()

    def records(self, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        """All rows of a query, by column."""
        return self.connection.cursor(row_factory=dict_row).execute(statement, parameters).fetchall()

    def digest(self, relation: str) -> Any:
        """Of the open rows of a model: equal digests, equal rows."""
        return self.scalar(
            "select count(*) || ':' || coalesce(sum(hash_record_extended(t, 0)::numeric), 0)"
            f" from build.{relation} as t"
        )
