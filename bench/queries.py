"""Every query of the analyst's guide, and the same questions asked of DuckDB on an export.

    python bench/queries.py [--share 1] [--home HOME] [--rounds 20] [--planted]

Times every statement of docs/analysts.md as an analyst: from sending it until its last row has arrived, the median and
the 95th percentile of the rounds; the first round, which fills caches, is left out. Beside it DuckDB, in memory, on an
export of the tables that the query reads: without publications, without grants, and as of the export. The warehouse is
the running one of HOME (which gets an analyst of the bench's own), else a demonstration in a temporary folder: two
nights are run, and what the second one closed stands in `store` once more for each of ninety-eight nights before them.
The bar: each p95 ≤ 200 ms. Below 1.44 M people or 100 nights it says that it is not the bar. `--planted` lets every
answer wait for 250 ms, to show that the bar can be missed. Exit code 1: the bar was missed.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from psycopg import sql
from rich.console import Console
from rich.markup import escape
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.kit.demonstration import demonstration_warehouse
from tests.kit.guide import guide_queries, query_seconds
from tests.kit.measuring import bench_options, timed, verdict
from tests.kit.nights import run_steps
from tests.kit.server import add_users

from employment_warehouse import demonstration
from employment_warehouse.database import connect
from employment_warehouse.database.embedded import Server
from employment_warehouse.settings import Home

FULL_SIZE = 1_440_000
FULL_HISTORY = 100  # publications
EARLIER = FULL_HISTORY - 2
BAR = 0.2


def main() -> int:
    options = bench_options(__doc__)
    options.add_argument("--home", type=Path)
    options.add_argument("--rounds", type=int, default=20)
    given = options.parse_args()
    if given.home:
        os.environ["WAREHOUSE_HOME"] = str(given.home)
        os.environ.update(add_users(Server(Home(given.home))))
        return compare(given.rounds, given.planted)
    with (
        tempfile.TemporaryDirectory() as folder,
        demonstration_warehouse(Path(folder), int(FULL_SIZE * given.share), nights=2) as made,
        made.server.connect_superuser() as superuser,
    ):
        superuser.autocommit = True
        superuser.execute(sql.SQL("alter sequence ops.build_build_seq restart with {}").format(EARLIER + 1))
        for night in made.manifest.nights:
            demonstration.arrive(Path(folder) / "demonstration", night)
            run_steps(str(night))
        add_history(superuser)
        return compare(given.rounds, given.planted)


def add_history(superuser: psycopg.Connection) -> None:
    """Publications before those that were run, each with the rows that the second of those closed."""
    superuser.execute(
        "insert into ops.build (build, report_date, run_id, base, status) overriding system value"
        " select n, b.report_date - %(earlier)s + n, 'earlier ' || n, n - 1, 'published'"
        " from ops.build as b, generate_series(1, %(earlier)s) as n where b.build = %(earlier)s + 1",
        {"earlier": EARLIER},
    )
    superuser.execute(
        "insert into ops.publication (publication, report_date, digest)"
        " select build, report_date, '' from ops.build where build <= %s",
        [EARLIER],
    )
    tables = superuser.execute(
        "select table_name, string_agg(quote_ident(column_name), ', ') from information_schema.columns"
        " where table_schema = 'store' and column_name not in ('from_build', 'to_build') group by table_name"
        " having table_name in (select table_name from information_schema.columns where column_name = 'to_build')"
    ).fetchall()
    for table, columns in tables:
        copied = sql.SQL(
            "insert into {table} ({columns}, from_build, to_build)"
            " select {columns}, n, n + 1 from {table}, generate_series(1, {earlier}) as n"
            " where to_build = {earlier} + 2"
        )
        superuser.execute(
            copied.format(table=sql.Identifier("store", table), columns=sql.SQL(columns), earlier=EARLIER)
        )
    superuser.execute("vacuum analyze")


def compare(rounds: int, planted: bool) -> int:
    with connect("wh_analyst") as analyst:
        (people,) = analyst.execute("select count(*) from marts.person_today").fetchone() or (0,)
        (publications,) = analyst.execute("select count(*) from marts.publications").fetchone() or (0,)
    measured = query_seconds(rounds + 1, "select pg_sleep(0.25); " if planted else "")
    ours = {query: seconds[1:] for query, seconds in measured.items()}
    theirs = duckdb_seconds(rounds)
    show(ours, theirs)
    worst = max(ours, key=lambda query: np.percentile(ours[query], 95))
    slowest = float(np.percentile(ours[worst], 95))
    print(f"{people:,} people on the register, {publications} publications; the slowest: {named(worst)}")
    judged = planted or (people >= FULL_SIZE * 0.95 and publications >= FULL_HISTORY)
    met = slowest <= BAR
    print(f"slowest documented query, p95: {slowest * 1000:.0f} ms (bar {BAR * 1000:.0f}): {verdict(met, judged)}")
    return int(judged and not met)


def duckdb_seconds(rounds: int) -> Mapping[str, list[float]]:
    """Query → seconds in DuckDB, of those that it can answer."""
    import duckdb

    answered = {}
    with duckdb.connect() as duck, tempfile.TemporaryDirectory() as folder:
        duck.execute("set threads = 2; create schema marts")
        exporting = timed(lambda: export(duck, Path(folder)))
        for query in guide_queries():
            try:
                duck.execute(query).fetchall()
            except duckdb.Error:
                continue
            ask = partial(lambda text: duck.execute(text).fetchall(), query)
            answered[query] = [timed(ask) for _ in range(rounds)]
        print(f"export to DuckDB: {exporting:.1f} s")
    return answered


def export(duck: Any, folder: Path) -> None:
    """Every table of the guide's queries, as the analyst sees it, into DuckDB."""
    tables = {name for query in guide_queries() for name in re.findall(r"(?:from|join) marts\.(\w+)", query)}
    with connect("wh_analyst") as analyst:
        for table in sorted(tables):
            path = folder / f"{table}.csv"
            statement = f"copy (select * from marts.{table}) to stdout (format csv, header)"
            with path.open("wb") as file, analyst.cursor().copy(statement.encode()) as copy:
                file.writelines(copy)
            duck.execute(f"create table marts.{table} as from read_csv('{path}', sample_size = -1)")


def show(ours: Mapping[str, list[float]], theirs: Mapping[str, list[float]]) -> None:
    table = Table("query", "p50 ms", "p95 ms", "DuckDB p50 ms", "DuckDB p95 ms", box=None)
    for query, seconds in ours.items():
        figures = [f"{np.percentile(seconds, at) * 1000:.1f}" for at in (50, 95)]
        other = theirs.get(query)
        figures += [f"{np.percentile(other, at) * 1000:.1f}" if other else "–" for at in (50, 95)]
        table.add_row(escape(named(query)), *figures)
    Console(width=120).print(table)


def named(query: str) -> str:
    """A query in a few words: what it reads, and how."""
    return " ".join(query.split())[:70]


if __name__ == "__main__":
    sys.exit(main())
