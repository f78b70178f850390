"""The history of publications, kept sealed in the archive; a new home is rebuilt from it and the seeds alone.

`archive/nights/<publication>.sealed` has what decided a publication: its build, the deliveries that landed since the
one before, which of them it accepted or held, the checks and the certificate, and what operators had decided. The files
of the deliveries are in the archive too, so that their rows are read, checked and tokenised again.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import psycopg
from psycopg import sql

from employment_warehouse import settings, transform
from employment_warehouse.contract import Contract
from employment_warehouse.database import connect
from employment_warehouse.database.roles import SUPERUSER
from employment_warehouse.errors import UserError
from employment_warehouse.hr_platform import archived_table
from employment_warehouse.identity import seal, unseal
from employment_warehouse.landing import Delivery, archive, expect_deliveries
from employment_warehouse.landing.due_deliveries import expect_returns
from employment_warehouse.landing.loading import load_rows
from employment_warehouse.reading import TextTable, read_tables
from employment_warehouse.settings import Home

QUERIES = Path(__file__).parent / "queries"
Record = dict[str, Any]


class RebuiltOtherwise(UserError):
    """重建的结果与原来的发布不同。 | What was rebuilt differs from the original publication."""

    code = "rebuilt_otherwise"
    exit_code = 1


def record() -> list[int]:
    """Record each publication that stands and is not in the archive yet; their numbers."""
    folder = _nights(settings.current_home())
    with connect("wh_publisher") as connection:
        standing = connection.execute(
            "select p.publication from ops.publication as p where p.rolled_back_at is null order by 1"
        ).fetchall()
        new = [number for (number,) in standing if not _path(folder, number).exists()]
        for number in new:
            row = connection.execute((QUERIES / "night_record.sql").read_bytes(), {"build": number}).fetchone()
            assert row is not None
            draft = _path(folder, number).with_suffix(".tmp")
            draft.write_bytes(seal(gzip.compress(row[0].encode())))
            draft.replace(_path(folder, number))
    return new


def forget_after(home: Home, publication: int) -> None:
    """Delete the records of publications after one, which a restored home does not have."""
    for path in _nights(home).glob("*.sealed"):
        if int(path.stem) > publication:
            path.unlink()


def rebuild(home: Home, models: str) -> list[int]:
    """Publish again each publication that the archive of this home records; their numbers.

    The database is migrated and empty. models: those of a night, as dbt selects them. Raises RebuiltOtherwise at a
    publication whose digest is not that of the record.
    """
    records = [
        json.loads(gzip.decompress(unseal(path.read_bytes()))) for path in sorted(_nights(home).glob("*.sealed"))
    ]
    landed: set[int] = set()
    with connect(SUPERUSER) as connection:
        connection.autocommit = True
        for night in records:
            _roll_back_to(connection, night)
            fresh = [delivery for delivery in night["deliveries"] if delivery["delivery_id"] not in landed]
            for delivery in fresh:
                _land(connection, delivery)
            landed |= {delivery["delivery_id"] for delivery in fresh}
            _publish_again(connection, night, models)
    return [night["build"]["build"] for night in records]


def _roll_back_to(connection: psycopg.Connection, night: Record) -> None:
    """What the night did not begin on was rolled back before it."""
    connection.execute(
        """
        select ops.roll_back(min(p.publication), (
            select coalesce(array_agg(d.delivery_id), '{}') from ops.delivery as d
            where d.delivery_id = any(%(withdrawn)s) and d.status = 'accepted' and d.build > %(base)s
        ), 'as in the history that is rebuilt')
        from ops.publication as p where p.publication > %(base)s and p.rolled_back_at is null
        having count(*) > 0
        """,
        {"withdrawn": night["withdrawn"] or [], "base": night["build"]["base"]},
    )
    head = connection.execute("select ops.chain_head()").fetchone()
    if head != (night["build"]["base"],):
        raise RebuiltOtherwise(
            where=f"publication {night['build']['build']}",
            expected=f"a record of publication {night['build']['base']}, on which it began",
            found="none in the archive",
            todo="restore archive/nights from a backup",
        )


def _land(connection: psycopg.Connection, row: Record) -> None:
    """One delivery as the ledger had it, with its rows, rejected rows and identities."""
    fresh = row | {"status": "refused" if row["status"] == "refused" else "landed", "build": None, "purged_at": None}
    with connection.transaction():
        connection.execute(
            "insert into ops.delivery overriding system value"
            " select * from jsonb_populate_record(null::ops.delivery, %s)",
            [json.dumps(fresh)],
        )
        connection.execute(
            "select setval(pg_get_serial_sequence('ops.delivery', 'delivery_id'), max(delivery_id)) from ops.delivery"
        )
        if row["kind"] not in ("file", "correction", "pages") or row["status"] == "refused":
            return
        names = ("delivery_id", "feed", "unit", "report_date", "part", "revision", "kind")
        delivery = Delivery(*(row[name] for name in names))
        with archive.open_stored(
            bytes.fromhex(row["sha256"][2:]), PurePosixPath(row["path"] or "pages.jsonl").name
        ) as file:
            counts = load_rows(connection, delivery, _reader(delivery, file))
    if (counts.rows_landed, counts.rows_rejected) != (row["rows_landed"], row["rows_rejected"]):
        raise RebuiltOtherwise(
            where=f"delivery {row['delivery_id']} ({row['feed']} {row['unit']} {row['report_date']})",
            expected=f"{row['rows_landed']} rows landed, {row['rows_rejected']} rejected",
            found=f"{counts.rows_landed}, {counts.rows_rejected}",
            todo="rebuild with the version that ingested it",
        )


def _reader(delivery: Delivery, file: Path) -> Callable[[], TextTable]:
    contract: Contract = delivery.contract
    if delivery.kind == "pages":
        return lambda: archived_table(file, contract)
    return lambda: read_tables(file, contract, delivery.sheet)


def _publish_again(connection: psycopg.Connection, night: Record, models: str) -> None:
    build, number = night["build"], night["build"]["build"]
    for table in ("rule_decision", "waiver", "schedule_begin", "platform_cursor"):
        _replace(connection, table, night[table])
    expect_deliveries(_day(build["report_date"]))
    connection.execute("select setval(pg_get_serial_sequence('ops.build', 'build'), %s, false)", [number])
    connection.execute("select ops.start_build(%s, %s)", [build["report_date"], build["run_id"]])
    connection.execute(
        """
        update ops.delivery as d set status = s.status, reason = s.reason, build = %s
        from jsonb_to_recordset(%s) as s (delivery_id bigint, status text, reason text)
        where d.delivery_id = s.delivery_id
        """,
        [number, json.dumps(night["states"])],
    )
    transform.run_dbt(models, number)
    found = connection.execute("select ops.publication_digest(%s)::text", [number]).fetchone()
    if found != (night["digest"],):
        raise RebuiltOtherwise(
            where=f"publication {number} ({build['report_date']})",
            expected=f"digest {night['digest']}",
            found=f"digest {found and found[0]}",
            todo="rebuild with the version and the seeds that published it",
        )
    _certify(connection, night)
    if night["certificate"]["critical_failed"]:
        connection.execute("select ops.release_night(%s, %s)", [number, night["publication"]["release_reason"]])
    else:
        connection.execute("select ops.publish(%s)", [number])
    connection.execute(
        "insert into ops.month_close select * from jsonb_populate_recordset(null::ops.month_close, %s)"
        " on conflict do nothing",
        [json.dumps([closed for closed in night["month_close"] if closed["publication"] <= number])],
    )
    expect_returns(connection, _day(build["report_date"]))


def _certify(connection: psycopg.Connection, night: Record) -> None:
    """What gate 2 found then, for the rows as they are: their digest is that of then."""
    number = night["build"]["build"]
    connection.execute("select ops.seal_build(%s)", [number])
    _insert(connection, "check_result", night["checks"])
    _insert(connection, "model_version", night["models"])
    digests = connection.execute(
        "select to_jsonb(d) from (select ops.build_digest(%(build)s) as digest,"
        " ops.landing_digest(%(build)s) as landing_digest, ops.rules_digest(%(build)s) as rules_digest) as d",
        {"build": number},
    ).fetchone()
    assert digests is not None
    _insert(connection, "certificate", [night["certificate"] | {"issued_at": "now"} | digests[0]])


def _replace(connection: psycopg.Connection, table: str, rows: list[Record]) -> None:
    connection.execute(sql.SQL("delete from {}").format(sql.Identifier("ops", table)))
    _insert(connection, table, rows)


def _insert(connection: psycopg.Connection, table: str, rows: list[Record]) -> None:
    name = sql.Identifier("ops", table)
    statement = sql.SQL(
        "insert into {} overriding system value select * from jsonb_populate_recordset(null::{}, %s)"
        " on conflict do nothing"
    ).format(name, name)
    connection.execute(statement, [json.dumps(rows)])


def _day(text: str) -> date:
    from datetime import date  # noqa: PLC0415

    return date.fromisoformat(text)


def _nights(home: Home) -> Path:
    folder = home.archive / "nights"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _path(folder: Path, publication: int) -> Path:
    return folder / f"{publication:08}.sealed"
