"""Gate 1 against one hand-written statement that computes the same.

    python bench/gate.py [--share 1] [--rounds 3] [--planted]

Makes its own server in a temporary folder, and in it two nights of the labour registers of 13 counties: the first
accepted, the second with 1 % of the rows changed. A round takes the floor (gate_floor.sql, its answer thrown away)
and then gate 1 of another build of the second night: profile, Great Expectations, ledger. The import of Great
Expectations is measured beside it: a task pays it once. The bar: gate 1 ≤ 2 × the statement. Below 1.44 M rows
(`--share`) it says that it is not the bar. `--planted` slows the gate on purpose (everything is measured three times)
to show that the bar can be missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.kit.measuring import bench_options, is_judged, timed, verdict
from tests.kit.nights import publish
from tests.kit.server import running_server

from employment_warehouse import gate, publication, settings
from employment_warehouse.database import seed_tables
from employment_warehouse.gate import deliveries

FULL_SIZE = 1_440_000
FIRST, SECOND = date(2024, 5, 1), date(2024, 5, 2)
DELIVERY = """
insert into ops.delivery (feed, unit, report_date, revision, kind, sha256, arrived_at, rows_read, rows_landed)
select 'labor_register', county, %(day)s, 1, 'file', sha256(county::bytea), now(), %(rows)s, %(rows)s
from unnest(ops.county_codes()) as county
"""
# A row's values come from the hash of its number; every hundredth row has another intention on the second day.
LANDED = """
insert into landing.labor_register (
    delivery_id, line, sheet, person_key, birth_date, sex, name_key, household_no, relation_to_head, county_code,
    township_code, village_code, population_category, is_relocated, resettlement_site_no, work_capacity, in_school,
    education, job_intention, mobile_key, is_low_income
)
select
    d.delivery_id, n, '', md5(d.unit || n)::uuid, date '1950-01-01' + n %% 20000, 'male',
    md5('name' || d.unit || n)::uuid,
    'H' || n / 4, (array['户主', '配偶', '子女', '父母'])[1 + n %% 4], d.unit,
    d.unit || 100 + n %% 14, d.unit || 100 + n %% 14 || 200 + n %% 30,
    (array['general', 'general', 'lifted_out', 'unstable', 'marginal'])[1 + n %% 5], n %% 10 = 0,
    case when n %% 10 = 0 then 'AZ01' end, (array['ordinary', 'ordinary', 'skilled', 'partial'])[1 + n %% 4],
    n %% 12 = 0, (array['junior_high', 'primary_or_below', 'senior_high'])[1 + n %% 3],
    case when n %% 100 = 0 then %(intention)s else 'away' end, md5('mobile' || n)::uuid, n %% 3 = 0
from ops.delivery as d, generate_series(1, %(rows)s) as n
where d.report_date = %(day)s
"""


def main() -> int:
    options = bench_options(__doc__)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WAREHOUSE_HOME"] = folder
        return compare(int(FULL_SIZE * given.share), given)


def compare(rows: int, given: argparse.Namespace) -> int:
    if given.planted:
        measure = deliveries.profiles

        def measure_thrice(*asked: Any) -> Any:
            return [measure(*asked), measure(*asked), measure(*asked)][-1]

        deliveries.profiles = measure_thrice
    with running_server(settings.current_home()) as server:
        seed_tables.load()
        with server.connect_superuser() as connection:
            connection.autocommit = True
            fill(connection, rows // 13)
            importing = timed(lambda: __import__("great_expectations"))
            first = publication.start_build(FIRST, "first")
            gate.gate_deliveries(first)
            publish(first)
            floor = Path(__file__).with_name("gate_floor.sql").read_bytes()
            connection.execute(floor)  # whoever reads the new rows first waits for the disk
            floors, gates = [], []
            for number in range(given.rounds):
                build = publication.start_build(SECOND, f"second {number}")
                floors.append(timed(lambda: connection.execute(floor)))
                gates.append(timed(lambda build=build: gate.gate_deliveries(build)))  # type: ignore[misc]
                print(f"  one statement {floors[-1]:.2f} s   gate 1 {gates[-1]:.2f} s   {gates[-1] / floors[-1]:.2f} ×")
            counted = connection.execute(
                "select count(distinct check_name), count(*) filter (where not success) from ops.check_result"
                " where build = %s",
                (build,),
            ).fetchone()
        assert counted is not None and counted[1] == 0, "a clean night was held"
        print(f"{rows:,} rows, 13 counties, {counted[0]} expectations; import of Great Expectations {importing:.1f} s")
        ratio = statistics.median(one / other for one, other in zip(gates, floors, strict=True))
        met, judged = ratio <= 2, is_judged(given)
        print(f"gate 1 {ratio:.2f} × one hand-written statement (bar 2): {verdict(met, judged)}")
        return int(judged and not met)


def fill(connection: psycopg.Connection, rows: int) -> None:
    """Two days of registers: `rows` people in each county."""
    for day, intention in ((FIRST, "away"), (SECOND, "nearby")):
        connection.execute(DELIVERY, {"day": day, "rows": rows})
        connection.execute(LANDED, {"day": day, "rows": rows, "intention": intention})
    connection.execute("vacuum analyze landing.labor_register")
    connection.execute("checkpoint")


if __name__ == "__main__":
    sys.exit(main())
