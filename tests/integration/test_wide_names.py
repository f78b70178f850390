"""A payroll whose file and cells are typed in full-width characters: read as what they mean, and the night goes on."""

from __future__ import annotations

from pathlib import Path

import psycopg
from tests.kit.files import COUNTY, DAY, put, rows_of
from tests.kit.nights import run_steps

PROJECT, WIDE = "YG532528001", "ＹＧ５３２５２８００１"
OTHER = "YG532528002"


def test_a_payroll_named_with_full_width_digits_is_read_and_stops_nothing(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    put(zone, rows_of("labor_register", {"is_relocated": "否"}), f"{COUNTY}.csv", feed="labor_register")
    for written in (WIDE, OTHER):
        for feed in ("relief_project", "relief_contract", "relief_payroll"):
            put(zone, rows_of(feed, {"project_no": written}), f"{written}.csv", feed=feed)
    build = run_steps(DAY.isoformat())
    deliveries = warehouse.execute(
        "select feed, unit, status from ops.delivery where feed like 'relief_%' order by feed, unit"
    ).fetchall()
    assert deliveries == [
        (feed, unit, "accepted")
        for feed in ("relief_contract", "relief_payroll", "relief_project")
        for unit in (PROJECT, OTHER)
    ]
    assert warehouse.execute("select status from ops.build where build = %s", (build,)).fetchall() == [("published",)]
    lines = warehouse.execute("select project_no from build.fct_relief_payroll_line order by 1").fetchall()
    assert lines == [(PROJECT,), (OTHER,)]
