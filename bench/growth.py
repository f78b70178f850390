"""Many nights one after another: does a night take longer, and what does the warehouse grow with?

    python bench/growth.py [--share 1] [--nights N] [--home HOME] [--planted]

Runs nights of a demonstration (full snapshots each night, 1 % changed) in one process, step by step as the tasks of
`night` do but without Airflow, whose overhead is the same every night. After each it notes seconds (of the clock, and
of the CPU), blocks that PostgreSQL touched (the same on a busy machine), WAL, rows that the night opened or closed,
bytes of `store` and landing rows in HOME/growth.jsonl: a run that was interrupted continues there. The guide's queries
are timed after the tenth night and after the last.
The bars, medians of five nights around night 10 and at the end: a night ≤ 1.2 × as long; landing keeps ≤ 1.2 × the
rows; storage: ≤ 2 × the bytes per changed row; a night's WAL ≤ 1.2 ×; queries: the slowest p95 ≤ 1.2 ×, or ≤ 200 ms.
Its size is 144,000 people, a tenth of the prefecture (`--share 10 --nights 10` is all of it), and 100 nights; of a
smaller share the same share of them, ten at least. Fewer people or nights are not the bar, and it says so; fewer than
ten nights it only describes, for the plan of a province (docs/scale.md). `--planted` does not purge landing, and the
nth night copies the register n times and keeps one, to show that the bars can be missed (queries have no planted
fault). Exit code 1: a bar was missed.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from psycopg import sql

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.kit.demonstration import Demonstration, demonstration_warehouse
from tests.kit.guide import query_seconds
from tests.kit.measuring import bench_options, cpu_seconds, verdict
from tests.kit.nights import run_steps

from employment_warehouse import demonstration, landing

FULL_SIZE = 144_000
FULL_NIGHTS = 100
AROUND = 5
START = 10


def main() -> int:
    options = bench_options(__doc__)
    options.add_argument("--nights", type=int)
    options.add_argument("--home", type=Path)
    given = options.parse_args()
    nights = given.nights or max(2 * AROUND, round(FULL_NIGHTS * min(given.share, 1)))
    if nights < 2:
        options.error("at least 2 nights are needed")
    people = max(100, int(FULL_SIZE * given.share))
    with tempfile.TemporaryDirectory() as temporary:
        home = given.home or Path(temporary) / "home"
        with demonstration_warehouse(home, people, nights) as made:
            notes = run_nights(home, made, given.planted)
    describe(notes, people)
    if nights < 2 * AROUND:
        print(f"fewer than {2 * AROUND} nights: nothing to compare with the bars")
        return 0
    return judge(notes, given.planted or (people >= FULL_SIZE and nights >= FULL_NIGHTS))


def run_nights(home: Path, made: Demonstration, planted: bool) -> list[Mapping[str, Any]]:
    """Run the nights that are not noted yet; the notes of all."""
    if planted:
        landing.purge = lambda: 0
    path = home / "growth.jsonl"
    notes = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    nights = made.manifest.nights
    with made.server.connect_superuser() as connection, path.open("a") as file:
        connection.autocommit = True
        for number, night in enumerate(nights, 1):
            if number <= len(notes):
                continue
            demonstration.arrive(home / "demonstration", night)
            server = int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
            before, read, used = wal(connection), blocks(connection), cpu_seconds([os.getpid(), server])
            began = time.perf_counter()
            build = run_steps(str(night))
            if planted:
                copy_register(connection, number)
            note: dict[str, Any] = {
                "night": str(night),
                "seconds": time.perf_counter() - began,
                "cpu": cpu_seconds([os.getpid(), server]) - used,
                "wal": wal(connection) - before,
                "blocks": blocks(connection) - read,
            }
            note |= state(connection, build)
            if number in (min(START, len(nights) // 2), len(nights)):
                seconds = query_seconds(10)
                note["queries"] = max(float(np.percentile(taken[1:], 95)) for taken in seconds.values())
            notes.append(note)
            file.write(json.dumps(note) + "\n")
            file.flush()
            print(
                f"  {night}  {note['seconds']:6.1f} s ({note['cpu']:5.1f} s of CPU)"
                f"  {note['blocks'] / 1e6:5.1f} M blocks  WAL {note['wal'] / 1e6:6.1f} MB"
                f"  changed {note['changed']:9,}  store {note['store'] / 1e6:8.1f} MB  landing {note['landed']:,} rows",
                flush=True,
            )
    return notes


def copy_register(connection: psycopg.Connection, night: int) -> None:
    """A night that takes longer the more nights there were, and that stores everyone again."""
    name = sql.Identifier("store", f"copy_{night}")
    for _ in range(night):
        connection.execute(sql.SQL("drop table if exists {}").format(name))
        connection.execute(sql.SQL("create table {} as table store.dim_person").format(name))


def wal(connection: psycopg.Connection) -> int:
    """Bytes of WAL written so far."""
    return int(scalar(connection, "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))


def blocks(connection: psycopg.Connection) -> int:
    """Blocks of 8 kB that PostgreSQL has touched in the warehouse so far, in memory or on the disk."""
    return int(scalar(connection, "select blks_hit + blks_read from pg_stat_database where datname = 'warehouse'"))


def state(connection: psycopg.Connection, build: int) -> Mapping[str, int]:
    """What the night changed, and what the warehouse keeps after it."""
    versioned = [table for table in tables(connection, "store") if not table.startswith("copy_")]
    touched = "select count(*) from store.{table} where from_build = {build} or to_build = {build}"
    size = (
        "select sum(pg_total_relation_size(oid)) from pg_class"
        " where relnamespace = 'store'::regnamespace and relkind = 'r'"
    )
    rows = "select count(*) from landing.{table}"
    return {
        "changed": sum(int(scalar(connection, touched, table, build)) for table in versioned),
        "store": int(scalar(connection, size)),
        "landed": sum(int(scalar(connection, rows, table)) for table in tables(connection, "landing")),
        "wal_kept": int(scalar(connection, "select sum(size) from pg_ls_waldir()")),
    }


def tables(connection: psycopg.Connection, schema: str) -> list[str]:
    found = connection.execute("select tablename from pg_tables where schemaname = %s order by 1", (schema,)).fetchall()
    return [name for (name,) in found]


def scalar(connection: psycopg.Connection, statement: str, table: str = "", build: int = 0) -> Any:
    text = sql.SQL(statement).format(table=sql.Identifier(table or "none"), build=sql.Literal(build))
    row = connection.execute(text).fetchone()
    return row and row[0]


def describe(notes: Sequence[Mapping[str, Any]], people: int) -> None:
    """Print what a first night and an ordinary one take and leave."""
    first, later = notes[0], notes[1:]
    grown = np.diff([note["store"] for note in notes])
    print(
        f"first night: {first['seconds']:.0f} s, {first['landed']:,} rows landed, tables {first['store'] / 1e9:.2f} GB,"
        f" WAL {first['wal'] / 1e9:.2f} GB, {first['store'] / first['changed']:.0f} bytes a row with its indexes"
    )
    print(
        f"an ordinary night: {statistics.median(note['seconds'] for note in later):.0f} s,"
        f" {statistics.median(note['changed'] for note in later):,.0f} rows changed,"
        f" tables {np.median(grown) / 1e6:.1f} MB, WAL {statistics.median(note['wal'] for note in later) / 1e6:.0f} MB,"
        f" {grown.mean() / people:.1f} bytes a person"
    )


def judge(notes: Sequence[Mapping[str, Any]], judged: bool) -> int:
    """Print the figures, each with its bar; 1 if it is missed."""
    start = min(START, len(notes) // 2)
    around = notes[max(1, start - AROUND // 2 - 1) : start + AROUND // 2]
    last = notes[-AROUND:]

    def ratio(name: str) -> float:
        before, after = (statistics.median(float(note[name]) for note in of) for of in (around, last))
        return after / before

    grown = np.diff([note["store"] for note in notes])
    changed = np.array([note["changed"] for note in notes[1:]])
    slope, fixed = np.polyfit(changed, grown, 1)
    explained = np.corrcoef(changed, grown)[0, 1] ** 2
    per_row = notes[0]["store"] / notes[0]["changed"]
    print(
        f"storage a night: {slope:.0f} bytes × changed rows + {fixed / 1e6:.2f} MB (R² {explained:.2f});"
        f" {grown.mean() / notes[0]['store']:.2%} of the first night's"
    )
    print(f"WAL kept after the last night: {notes[-1]['wal_kept'] / 1e6:.0f} MB")
    queries = [note["queries"] for note in notes if "queries" in note]
    slower = queries[-1] / max(queries[0], 0.2)
    bars = [
        ("bytes a changed row, against those of the first night", grown.sum() / changed.sum() / per_row, 2.0),
        (f"landing rows at the end, against night {start}", ratio("landed"), 1.2),
        (f"WAL of a night at the end, against night {start}", ratio("wal"), 1.2),
        (f"slowest query's p95 ({queries[0] * 1000:.0f}, then {queries[-1] * 1000:.0f} ms)", slower, 1.2),
        (f"seconds of a night at the end, against night {start}", ratio("seconds"), 1.2),
        ("the same in CPU seconds, which depend less on other load", ratio("cpu"), 1.2),
        ("the same in blocks that PostgreSQL touches, which do not depend on the machine", ratio("blocks"), 1.2),
    ]
    for name, value, bar in bars:
        print(f"{name}: {value:.2f} × (bar {bar}): {verdict(value <= bar, judged)}")
    return int(judged and any(value > bar for _, value, bar in bars))


if __name__ == "__main__":
    sys.exit(main())
