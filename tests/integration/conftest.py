"""Nights of a warehouse whose deliveries are written straight into landing: what the tests of dbt's models share."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from employment_warehouse import transform


@dataclass
class Nights:
    """One warehouse, its deliveries and its nights. Dates are ISO texts."""

    connection: psycopg.Connection
    select: str = "+path:models/marts/targets"
    runs: Iterable[int] = field(default_factory=lambda: itertools.count(1))

    def deliver(
        self,
        feed: str,
        unit: str,
        on: str,
        rows: Iterable[Mapping[str, Any]] = (),
        *,
        revision: int = 1,
        part: str = "",
    ) -> int:
        """One revision of a delivery, landed; its number."""
        rows = list(rows)
        number = self.scalar(
            """
            insert into ops.delivery
                (feed, unit, report_date, part, revision, kind, sha256, arrived_at, rows_read, rows_landed)
            values (%s, %s, %s, %s, %s, %s, sha256(%s::bytea), %s, %s, %s)
            returning delivery_id
            """,
            feed, unit, on, part, revision, "file" if rows else "nil", uuid.uuid4().bytes, on, len(rows), len(rows),
        )  # fmt: skip
        for line, values in enumerate(rows, start=1):
            table = sql.Identifier("landing", feed)
            self.connection.execute(
                sql.SQL("insert into {} select * from jsonb_populate_record(null::{}, %s)").format(table, table),
                (json.dumps({"delivery_id": number, "line": line, "sheet": "", **values}, default=str),),
            )
        return int(number)

    def start(self, on: str) -> int:
        """Begin a night and accept all that came for it; its build."""
        build = int(self.scalar("select ops.start_build(%s, %s)", on, f"test-{next(iter(self.runs))}"))
        self.connection.execute(
            "update ops.delivery set status = 'accepted' where build = %s and status = 'landed'", (build,)
        )
        return build

    def build(self, build: int, select: str | None = None) -> None:
        """Run dbt for a night."""
        transform.run_dbt(select or self.select, build)

    def publish(self, build: int) -> int:
        """Publish it, with a certificate that says what gate 2 would say."""
        self.connection.execute(
            """
            insert into ops.certificate
                (build, suite_versions, checks_expected, checks_run, critical_failed, row_counts, digest)
            values (%s, '{}', 1, 1, 0, '{}', ops.build_digest(%s))
            """,
            (build, build),
        )
        self.connection.execute("select ops.publish(%s)", (build,))
        return build

    def night(self, on: str) -> int:
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


def token(name: str) -> str:
    """The token of a person, by a name of the test's own."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


@pytest.fixture
def nights(warehouse: psycopg.Connection) -> Nights:
    """A fresh warehouse."""
    return Nights(warehouse)
