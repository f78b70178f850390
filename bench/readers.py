"""What the separation of counties costs those who read every county.

    python bench/readers.py [--share 1] [--rounds 20] [--planted]

Makes its own server in a temporary folder, with 1.44 M people of 13 counties and their states (`--share 0.1`: 144,000),
and asks an analyst's questions of the readers' views and of the same views without any separation of counties (one
security barrier, the publication's rows). A round asks both, one after the other. The bar: the median of each question
≤ 1.2 × the view without, or 2 ms more; fewer people are not the bar. What a county's questions take is shown beside
it. `--planted` asks views that are fenced for everyone alike (two stacked barriers, the inner one with `offset 0`), to
show that the bar can be missed.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.kit.measuring import bench_options, is_judged, verdict
from tests.kit.nights import publish, start_build
from tests.kit.server import running_server

from employment_warehouse import settings
from employment_warehouse.database import connect, seed_tables

FULL_SIZE = 1_440_000
COUNTY = "532528"
FILL = """
insert into store.dim_person (
    person_key, county_code, household_no, township_code, birth_date, population_category, is_poverty_alleviated,
    valid_from, from_build
)
select
    md5(county || n)::uuid, county, 'H' || n / 4, county || 100 + n % 14, date '1950-01-01' + n % 20000, 'general',
    n % 3 = 0, '2024-01-01', {build}
from unnest(ops.county_codes()) as county, generate_series(1, {rows}) as n;
insert into store.fct_person_state (
    person_key, county_code, household_no, township_code, is_in_labour_force, is_employed, monthly_wage, valid_from,
    valid_to, from_build
)
select
    person_key, county_code, household_no, township_code, true, from_day = date '2024-03-01', 3000, from_day,
    case when from_day < date '2024-03-01' then date '2024-03-01' end, {build}
from store.dim_person, unnest(array[date '2024-01-01', date '2024-03-01']) as from_day;
select ops.index_store('dim_person'), ops.index_store('fct_person_state');
"""
QUESTIONS = {
    "a person by key": "select * from {marts}.dim_person where person_key = '{key}'",
    "a person's states": "select * from {marts}.fct_person_state where person_key = '{key}'",
    "a household": "select * from {marts}.fct_person_state where county_code = '532528' and household_no = 'H7'",
    "one county's employed": "select count(*) from {marts}.fct_person_state"
    " where county_code = '532528' and is_employed and valid_to is null",
    "the employed of each county on a day": "select county_code, count(*) filter (where is_employed)"
    " from {marts}.fct_person_state as state where state.valid_from <= date '2024-05-01'"
    " and (state.valid_to is null or date '2024-05-01' < state.valid_to) group by county_code",
    "persons with their states": "select count(*) from {marts}.dim_person join {marts}.fct_person_state"
    " using (person_key) where dim_person.is_poverty_alleviated",
}
OPEN = """
create view open.{mart} with (security_barrier) as
select * from (
    select
        stored.*,
        (select shown.report_date from ops.visible_publication() as shown) as report_date,
        (select shown.publication from ops.visible_publication() as shown) as publication
    from store.{mart} as stored
) as known
where from_build <= publication and (to_build is null or publication < to_build);
grant select on open.{mart} to wh_analyst;
"""
FENCED = """
drop view if exists marts.person_today;
drop view marts.{mart};
create view own.fenced_{mart} with (security_barrier) as select * from open.{mart} offset 0;
create view marts.{mart} with (security_barrier) as
select * from own.fenced_{mart} where (select ops.counties_of(current_user)) is null
    or county_code = any((select ops.counties_of(current_user))::text []);
grant select on marts.{mart} to wh_reader;
"""


def main() -> int:
    options = bench_options(__doc__)
    options.add_argument("--rounds", type=int, default=20)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WAREHOUSE_HOME"] = folder
        with running_server(settings.current_home()) as server, server.connect_superuser() as superuser:
            superuser.autocommit = True
            seed_tables.load()
            fill(superuser, int(FULL_SIZE * given.share) // 13, given.planted)
            return compare(given.rounds, is_judged(given))


def fill(superuser: psycopg.Connection, rows: int, planted: bool) -> None:
    build = start_build("2024-05-01")
    superuser.execute(FILL.format(build=build, rows=rows).encode())
    publish(build)
    superuser.execute("create schema open; grant usage on schema open to wh_analyst")
    for mart in ("dim_person", "fct_person_state"):
        superuser.execute(OPEN.format(mart=mart).encode())
        if planted:
            superuser.execute(FENCED.format(mart=mart).encode())
    superuser.execute("vacuum analyze store.dim_person, store.fct_person_state")


def compare(rounds: int, judged: bool) -> int:
    missed = 0
    with connect("wh_analyst") as analyst, connect(f"county_{COUNTY}") as county:
        (key,) = county.execute("select person_key from marts.dim_person limit 1").fetchone() or (None,)
        for name, question in QUESTIONS.items():
            times: dict[str, list[float]] = {"marts": [], "open": [], "county": []}
            for _ in range(rounds):
                for reader, marts in ((analyst, "marts"), (analyst, "open"), (county, "county")):
                    begun = time.perf_counter()
                    statement = question.format(key=key, marts="marts" if reader is county else marts)
                    reader.execute(statement.encode()).fetchall()
                    times[marts].append(1000 * (time.perf_counter() - begun))
            separated, unseparated, own = (statistics.median(times[of]) for of in ("marts", "open", "county"))
            is_met = separated <= max(1.2 * unseparated, unseparated + 2)
            missed += not is_met
            print(
                f"{name}: {separated:.1f} ms, without separation {unseparated:.1f} ms"
                f" ({separated / unseparated:.2f} ×){'' if is_met else ', above the bar'}; a county's {own:.1f} ms"
            )
    print(f"{missed} of {len(QUESTIONS)} questions are above the bar (bar 0): {verdict(not missed, judged)}")
    return int(judged and missed > 0)


if __name__ == "__main__":
    sys.exit(main())
