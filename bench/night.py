"""A night against its floor, an ordinary night against the first, and a night of 100 people.

    python bench/night.py [--share 1] [--home HOME] [--planted]

Runs the demonstration (`warehouse demonstrate`: the real scheduler; a first night without the month ends before it, and
two with full snapshots and 1 % changed), and another of 100 people, whose third night is the fixed cost. HOME keeps the
large one; nights that it has are not run again. The floor by hand: a bare COPY of the bytes of all rows that the first
night accepted into tables of texts, and night_floor.sql, core facts and marts written as sets; its figures are compared
with what the first night published. As it lacks most marts there is a floor of everything: the same COPY, which stands
for landing and `reported`, and the SELECT of each model of core and marts once, into a plain table, over the reports of
all three nights. Neither has versions, tokens, checks, gates or reports.
The bars: first night ≤ 4 × the floor of everything; ordinary (the third) ≤ 0.35 × first, both less the night of 100
people; that ≤ 45 s. Below 1.44 M people it compares the figures, and says of times that they are not the bar.
`--planted` counts the night that a bar judges three times, to show that the bars can be missed. Exit code 1: a bar was
missed, or figures differ.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.kit.measuring import bench_options, is_judged, timed, verdict
from tests.kit.process import run_warehouse

from employment_warehouse import demonstration
from employment_warehouse.database.embedded import Server
from employment_warehouse.settings import Home

FULL_SIZE = 1_440_000
FLOOR = Path(__file__).with_name("night_floor.sql")
SOURCES = {
    "labor_register": "reported_labor_register",
    "employment": "reported_employment",
    "public_post": "reported_public_post",
    "relief_contract": "reported_relief_contract",
    "relief_project": "reported_relief_project",
    "gig_orders": "reported_gig_order",
    "workshop": "reported_workshop",
}
# What a run of a snapshot feed was reported in.
SNAPSHOTS = """
    inner join (
        select distinct unit, report_date from ops.delivery
        where feed = {feed} and build = {build} and status = 'accepted' and rows_landed > 0
    ) as d on d.unit = r.unit and daterange(r.seen_from, r.seen_to) @> d.report_date
"""
# A table of the floor → the model that has the same figures, and which of its rows are about the night's day.
HOLDS = "valid_from <= %(day)s and (valid_to is null or valid_to > %(day)s)"
SAME = {
    "person": ("dim_person", HOLDS),
    "spell": ("fct_employment_spell", "true"),
    "job": ("fct_job", "true"),
    "evidence": ("fct_employment_evidence", "true"),
    "state": ("fct_person_state", HOLDS),
    "household": ("fct_household_state", HOLDS),
    "employment_stock": ("employment_stock", "true"),
    "youth_unemployment": ("youth_unemployment", "true"),
    "zero_employment_household": ("zero_employment_household", "cleared_on is null"),
    "zero_employment_summary": ("zero_employment_summary", "open_cases > 0"),
    "target_progress": ("target_progress", "basis = 'stock' and actual_value > 0"),
}


@dataclass(frozen=True)
class Night:
    """One night under the scheduler: its build, how long it took from its first to its last task, and its steps."""

    day: str
    build: int
    seconds: float
    steps: Mapping[str, float]


def main() -> int:
    options = bench_options(__doc__)
    options.add_argument("--home", type=Path)
    given = options.parse_args()
    people = max(100, int(FULL_SIZE * given.share))
    with tempfile.TemporaryDirectory() as temporary:
        with run_home(Path(temporary) / "hundred", 100) as home:
            _, _, fixed = read_nights(home)
        with run_home(given.home or Path(temporary) / "large", people) as home:
            nights = read_nights(home)
            copying, by_hand = take_floor(home, nights[0])
            selects = models_as_tables(home)
    show(nights, fixed)
    print(f"floors: bare COPY {copying:.1f} s; SQL by hand {by_hand:.1f} s; SELECTs of all models {selects:.1f} s")
    ratio = nights[0].seconds / (copying + by_hand)
    print(f"first night against COPY and SQL by hand, which has {len(SAME)} of the models: {ratio:.1f} ×")
    times = 3 if given.planted else 1
    first, last, hundred = nights[0].seconds, nights[-1].seconds, fixed.seconds
    bars = [
        ("night of 100 people, in seconds", times * hundred, 45.0),
        ("ordinary night against the first, net", (times * last - hundred) / max(first - hundred, 1e-9), 0.35),
        ("first night against the floor of everything", times * first / (copying + selects), 4.0),
    ]
    judged = is_judged(given)
    for name, value, bar in bars:
        print(f"{name}: {value:.2f} (bar {bar}): {verdict(value <= bar, judged)}")
    return int(judged and any(value > bar for _, value, bar in bars))


@contextmanager
def run_home(home: Path, people: int) -> Iterator[Path]:
    """A home whose demonstration of three nights has run; in this block its servers are up."""
    feeds = Home(home).demonstration
    if not feeds.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        demonstration.generate(feeds, people=people, nights=3, seed=1)
    try:
        run(home, "demonstrate", "--people", str(people))
        yield home
    finally:
        run_warehouse("down", home=home)


def run(home: Path, *command: str) -> None:
    """A command of the warehouse, which must succeed."""
    done = run_warehouse(*command, home=home)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


def read_nights(home: Path) -> list[Night]:
    """The nights that ran, as recorded in Airflow's own database."""
    with Server(Home(home)).connect_superuser("airflow") as airflow:
        runs = airflow.execute(
            "select run_id, extract(epoch from end_date - start_date)::float8 from dag_run"
            " where dag_id = 'night' order by id"
        ).fetchall()
        steps = {
            run_id: airflow.execute(
                """
                select dag_id || ' · ' || task_id, extract(epoch from max(end_date) - min(start_date))::float8
                from task_instance
                where run_id in (%(run)s, %(inner)s) and operator not like 'Trigger%%'
                group by dag_id, task_id
                order by min(start_date)
                """,
                {"run": run_id, "inner": f"night__{run_id}"},
            ).fetchall()
            for run_id, _ in runs
        }
    with Server(Home(home)).connect_superuser("warehouse") as warehouse:
        builds: dict[str, int] = dict(
            warehouse.execute("select run_id, build from ops.build where status = 'published'").fetchall()
        )
    return [
        Night(run_id, builds[f"night__{run_id}"], seconds, dict(steps[run_id]))
        for run_id, seconds in runs
        if f"night__{run_id}" in builds
    ]


def take_floor(home: Path, first: Night) -> tuple[float, float]:
    """Seconds of a bare COPY of what the first night accepted, and of the hand-written SQL. Compares their figures."""
    with floor_schema(home) as connection:
        row = connection.execute("select report_date from ops.build where build = %s", (first.build,)).fetchone()
        day = row and row[0]
        connection.execute(sql.SQL("create table floor.night as select {}::date as day").format(sql.Literal(day)))
        known = sql.SQL("from_build <= {build} and (to_build is null or to_build > {build})").format(
            build=sql.Literal(first.build)
        )
        reported = [
            name
            for (name,) in connection.execute(
                "select tablename from pg_tables where schemaname = 'store' and tablename like 'reported_%'"
            ).fetchall()
        ]
        copying = sum(bare_copy(connection, table, first.build) for table in reported)
        for name, table in SOURCES.items():
            connection.execute(
                sql.SQL("create table floor.{} as select * from store.{} where {}").format(
                    sql.Identifier(name), sql.Identifier(table), known
                )
            )
            connection.execute(sql.SQL("vacuum analyze floor.{}").format(sql.Identifier(name)))
        connection.execute("checkpoint")
        connection.execute("set work_mem = '128MB'; set jit = off")
        computing = 0.0
        for statement in re.split(r";\n", FLOOR.read_text()):
            if statement.strip():
                computing += timed(partial(connection.execute, statement.encode()))
                written = re.findall(r"create table (floor\.\w+)", statement)
                connection.execute(f"analyze {', '.join(written)}".encode())
        for name, (model, condition) in SAME.items():
            compare(connection, name, model, sql.SQL("{} and {}").format(known, sql.SQL(condition)), day)
    return copying, computing


def models_as_tables(home: Path) -> float:
    """Seconds of the SELECT of every model of core and marts, each into a plain table: no key, no index, no version."""
    run(home, "dbt", "--", "run", "--full-refresh")
    compiled = sorted((home / "dbt" / "target" / "compiled").rglob("models/**/*.sql"))
    seconds = 0.0
    with floor_schema(home) as connection:
        versioned = {name for (name,) in connection.execute("select model from ops.versioned").fetchall()}
        # As a model is computed (macros/versioned.sql), over what that run has left in `tonight`.
        connection.execute(
            "set work_mem = '128MB'; set jit = off; set enable_nestloop = off; set enable_mergejoin = off"
        )
        for path in compiled:
            if path.stem in versioned:
                create = f"create table floor.{path.stem} as {path.read_text()}"
                seconds += timed(partial(connection.execute, create.encode()))
    return seconds


@contextmanager
def floor_schema(home: Path) -> Iterator[psycopg.Connection]:
    """A schema `floor` beside the warehouse's own, dropped at the end."""
    with Server(Home(home)).connect_superuser("warehouse") as connection:
        connection.autocommit = True
        connection.execute("drop schema if exists floor cascade; create schema floor")
        try:
            yield connection
        finally:
            connection.execute("drop schema floor cascade")


def bare_copy(connection: psycopg.Connection, table: str, build: int) -> float:
    """Seconds of a COPY of the rows that a build accepted, written as CSV before, into a logged table of texts.

    Runs of a snapshot feed become the rows of each snapshot again.
    """
    columns = [
        name
        for (name,) in connection.execute(
            "select column_name from information_schema.columns where table_schema = 'store' and table_name = %s"
            " and column_name not in ('from_build', 'to_build', 'unit', 'seen_from', 'seen_to')"
            " order by ordinal_position",
            (table,),
        ).fetchall()
    ]
    listed = sql.SQL(", ").join(sql.Identifier("r", name) for name in columns)
    texts = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in columns)
    connection.execute(sql.SQL("create table floor.bare ({})").format(texts))
    feed = table.removeprefix("reported_")
    is_snapshot = connection.execute("select from ops.delivery where feed = %s limit 1", (feed,)).rowcount
    query = sql.SQL(
        "copy (select {listed} from store.{table} as r {snapshots} where r.from_build <= {build}"
        " and (r.to_build is null or r.to_build > {build})) to stdout (format csv)"
    ).format(
        listed=listed,
        table=sql.Identifier(table),
        snapshots=sql.SQL(SNAPSHOTS if is_snapshot else "").format(feed=sql.Literal(feed), build=sql.Literal(build)),
        build=sql.Literal(build),
    )
    with tempfile.TemporaryFile() as file:
        with connection.cursor().copy(query) as copied:
            file.writelines(copied)
        file.seek(0)

        def load() -> None:
            with connection.cursor().copy("copy floor.bare from stdin (format csv)") as copy:
                while block := file.read(1 << 20):
                    copy.write(block)

        seconds = timed(load)
    connection.execute("drop table floor.bare")
    return seconds


def compare(connection: psycopg.Connection, name: str, model: str, rows: sql.Composable, day: object) -> None:
    """Every row of the floor's table is one of the model's, in all columns that both have, and the other way round."""
    shared = connection.execute(
        """
        select column_name from information_schema.columns where table_schema = 'floor' and table_name = %s
        intersect
        select column_name from information_schema.columns where table_schema = 'store' and table_name = %s
        """,
        (name, model),
    ).fetchall()
    columns = sql.SQL(", ").join(sql.Identifier(column) for (column,) in shared)
    ours = sql.SQL("select {} from floor.{}").format(columns, sql.Identifier(name))
    theirs = sql.SQL("select {} from store.{} where {}").format(columns, sql.Identifier(model), rows)
    differing = sql.SQL(
        "select (select count(*) from ({ours}) as a), (select count(*) from (({ours} except all {theirs})"
        " union all ({theirs} except all {ours})) as d)"
    ).format(ours=ours, theirs=theirs)
    count, differences = connection.execute(differing, {"day": day}).fetchone() or (0, 0)
    print(f"  {model}: {count:,} rows of the floor, {differences} differences in {len(shared)} columns")
    if differences or not count:
        raise SystemExit(f"the floor does not compute {model}")


def show(nights: Sequence[Night], fixed: Night) -> None:
    """Seconds by step, of the first night, of the last, and of 100 people."""
    table = Table("step", "first s", "ordinary s", "100 people s", box=None)
    for step in nights[0].steps:
        table.add_row(step, *(f"{night.steps.get(step, 0):.1f}" for night in (nights[0], nights[-1], fixed)))
    table.add_row("the whole night", *(f"{night.seconds:.1f}" for night in (nights[0], nights[-1], fixed)))
    Console(width=100).print(table)


if __name__ == "__main__":
    os.environ.pop("WAREHOUSE_HOME", None)
    sys.exit(main())
