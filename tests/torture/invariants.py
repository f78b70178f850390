"""The five invariants: what must hold whatever fails. Each lists what breaks it; nothing listed: it holds.

- I1 nothing lost: every row of a file is landed, rejected or erased, counted without the reader;
- I2 nothing duplicated: keys are distinct, and payrolls add up to the fen;
- I3 nobody may do more than `privileges.yaml` says;
- I4 readers see one publication, whole; test_publishers.py checks it too, while readers are at work;
- I5 the result is that of a history without the fault.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from tests.kit import privileges

from employment_warehouse.contract import contract_of, contracts

Sum = tuple[int, Any]
"""How many rows, and a sum of their hashes."""
Sums = dict[str, Sum]
"""The sum of each table."""
LEDGER = {
    "deliveries": "select feed, unit, report_date, part, revision, kind, status, reason, rows_read, rows_landed,"
    " rows_rejected, rows_erased, purged_at is null from ops.delivery",
    "rejected": "select d.feed, d.unit, d.report_date, d.revision, r.sheet, r.line, r.column_name, r.reason"
    " from vault.rejected_row as r inner join ops.delivery as d using (delivery_id)",
    "persons": "select distinct person_key from vault.person",
    "publications": "select report_date, vintage, rolled_back_at is null from ops.publication",
    "checks": "select b.report_date, b.status, c.gate, c.check_name, c.unit, c.success"
    " from ops.check_result as c inner join ops.build as b using (build)",
    "alerts": "select kind, unit, report_date, level, resolved_at is null from ops.alert",
    "due": "select feed, unit, report_date, due_at from ops.due",
}


def lost(connection: psycopg.Connection, zone: Path) -> Iterator[str]:
    """I1, of the files that are in the landing zone as they were ingested."""
    for number, feed, path, sha256, landed, rejected, erased, is_purged in connection.execute(
        "select delivery_id, feed, path, sha256, rows_landed, rows_rejected, rows_erased, purged_at is not null"
        " from ops.delivery where kind = 'file' and status <> 'refused'"
    ).fetchall():
        lines = _lines(zone / path, bytes(sha256))
        if lines is not None and len(lines) != landed + rejected + erased:
            yield f"I1 {path}: {len(lines)} rows, of which {landed} landed, {rejected} rejected, {erased} erased"
        counted = _one(connection, f"select count(*) from landing.{feed} where delivery_id = %s", number)
        if not is_purged and counted != landed:
            yield f"I1 {path}: {counted} rows in landing, {landed} in the ledger"
        places = "select count(distinct (sheet, line)) from vault.rejected_row where delivery_id = %s"
        if (counted := _one(connection, places, number)) != rejected:
            yield f"I1 {path}: {counted} rejected rows, {rejected} in the ledger"


def skipped(connection: psycopg.Connection, zone: Path, until: date) -> Iterator[str]:
    """I1, of the files in the landing zone that are dated up to a day: each is in the ledger as it is."""
    known = {bytes(sha256) for (sha256,) in connection.execute("select sha256 from ops.delivery").fetchall()}
    for path in sorted(zone.glob("*/*/*.csv")):
        if date.fromisoformat(path.parent.name) <= until and hashlib.sha256(path.read_bytes()).digest() not in known:
            yield f"I1 {path.relative_to(zone)}: was never ingested"


def duplicated(connection: psycopg.Connection, zone: Path) -> Iterator[str]:
    """I2, of landed rows and of the open rows of every model."""
    for feed, declared in contracts().items():
        yield from _repeated(connection, f"landing.{feed}", ["delivery_id", *declared.landing_key], "true")
    for model, of_model in connection.execute("select model, key from ops.versioned where key is not null").fetchall():
        yield from _repeated(connection, f"store.{model}", of_model, "to_build is null")
    for number, path, sha256 in connection.execute(
        "select delivery_id, path, sha256 from ops.delivery"
        " where feed = 'relief_payroll' and kind = 'file' and status <> 'refused' and purged_at is null"
    ).fetchall():
        lines = _lines(zone / path, bytes(sha256))
        if lines is None:
            continue
        returned = {line for (line,) in connection.execute(
            "select line from vault.rejected_row where delivery_id = %s", (number,)
        )}  # fmt: skip
        column = contract_of("relief_payroll").column("amount_due").header
        due = sum(Decimal(row[column]) for line, row in lines.items() if line not in returned)
        summed = "select sum(amount_due::numeric) from landing.relief_payroll where delivery_id = %s"
        landed = _one(connection, summed, number)
        if due != (landed or 0):
            yield f"I2 {path}: {due} yuan due in the file, {landed} landed"


def unauthorised(connection: psycopg.Connection) -> Iterator[str]:
    """I3, of every privilege of the database."""
    found, declared = privileges.grants_of_the_catalog(connection), privileges.grants_of_the_file(connection)
    yield from (f"I3 granted, but not in privileges.yaml: {grant}" for grant in sorted(found - declared))
    yield from (f"I3 in privileges.yaml, but not granted: {grant}" for grant in sorted(declared - found))


def mixed(connection: psycopg.Connection, *publications: Sums) -> Iterator[str]:
    """I4: what readers see is one of these publications (`shown` of each), in all marts."""
    seen = shown(connection)
    if publications and seen not in publications:
        apart = (f"{name} {found}" for name, found in seen.items() if found != publications[0].get(name))
        yield f"I4 readers see none of {len(publications)} publications: {', '.join(apart)}"


def shown(connection: psycopg.Connection) -> Sums:
    """What readers see of each mart of the standing publication."""
    views = connection.execute(
        "select v.viewname from pg_views as v inner join ops.versioned as m on v.viewname = m.model"
        " where v.schemaname = 'marts' order by 1"
    ).fetchall()
    return {
        name: _sum(connection, sql.Identifier("marts", name), _timeless(connection, "marts", name)) for (name,) in views
    }


def state(connection: psycopg.Connection) -> Sums:
    """Everything that a fault must not change: store, landing and ledger, without instants and numbers."""
    tables = connection.execute(
        "select schemaname, tablename from pg_tables where schemaname in ('store', 'landing') order by 1, 2"
    ).fetchall()
    found = {
        f"{schema}.{name}": _sum(
            connection,
            sql.Identifier(schema, name),
            _timeless(connection, schema, name),
            also="to_build is null" if schema == "store" else "true",
        )
        for schema, name in tables
    }
    for name, query in LEDGER.items():
        rows = sorted(map(str, connection.execute(query).fetchall()))  # type: ignore[arg-type]
        found[name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def different(found: Sums, undisturbed: Sums) -> Iterator[str]:
    """I5: row counts first, for two empty tables are equal."""
    for name in sorted(found.keys() | undisturbed.keys()):
        one, other = found.get(name, (0, 0)), undisturbed.get(name, (0, 0))
        if one[0] != other[0]:
            yield f"I5 {name}: {one[0]} rows, {other[0]} without the fault"
        elif one != other:
            yield f"I5 {name}: other rows than without the fault"


def _lines(path: Path, sha256: bytes) -> dict[int, dict[str, str]] | None:
    """Line → cells by header, by the csv module alone; None: the file is another by now."""
    if not path.exists() or hashlib.sha256(path.read_bytes()).digest() != sha256:
        return None
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return dict((reader.line_num, row) for row in reader)  # noqa: C402  the line of this very row


def _repeated(connection: psycopg.Connection, table: str, key: list[str], condition: str) -> Iterator[str]:
    listed = ", ".join(f'"{name}"' for name in key)
    keys = f"select 1 from {table} where {condition} group by {listed} having count(*) > 1"
    twice = _one(connection, f"select count(*) from ({keys}) as keys")
    if twice:
        yield f"I2 {table}: {twice} keys are there twice"


# Numbers of builds and deliveries: a night that was killed has used up some.
NUMBERS = ("delivery_id", "from_build", "to_build", "build", "publication", "published_in")


def _timeless(connection: psycopg.Connection, schema: str, table: str) -> list[str]:
    """The columns that say something, whatever the clock and the counters said."""
    rows = connection.execute(
        "select column_name::text from information_schema.columns where table_schema = %s and table_name = %s"
        " and data_type <> 'timestamp with time zone' and column_name <> all (%s) order by ordinal_position",
        (schema, table, list(NUMBERS)),
    ).fetchall()
    return [name for (name,) in rows]


def _sum(connection: psycopg.Connection, table: sql.Identifier, columns: list[str], also: str = "true") -> Sum:
    listed = sql.SQL(", ").join([*map(sql.Identifier, columns), sql.SQL(also)])  # type: ignore[arg-type]
    statement = sql.SQL("select count(*), coalesce(sum(hash_record_extended(row({}), 0)::numeric), 0) from {}")
    count, total = connection.execute(statement.format(listed, table)).fetchone() or (0, 0)
    return count, total


def _one(connection: psycopg.Connection, question: str, *given: Any) -> Any:
    row = connection.execute(question, given).fetchone()  # type: ignore[arg-type]
    return row and row[0]
