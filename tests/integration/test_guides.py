"""The guides: what they tell a reader to run works, and their lists are complete."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import psycopg
import yaml
from tests.integration.test_dbt_employment import COUNTY, person, report, spell
from tests.kit.guide import GUIDE, guide_queries

from employment_warehouse import settings
from employment_warehouse.database import connect

RUN_NOTEBOOK = """
import json
from first_questions import app
_, found = app.run()
tables = ("progress", "history", "months", "cases", "workshops", "services")
print(json.dumps({name: found[name].rows() for name in tables}, default=str))
"""


def test_an_analyst_can_run_every_query_of_the_guide_and_the_notebook(nights: Any) -> None:
    nights.select = "tag:core tag:mart,resource_type:model"
    report(nights, COUNTY, "2024-05-19", [person("works"), person("idle")], [spell("works")])
    nights.night("2024-05-19")
    assert len(guide_queries()) >= 24
    with connect("wh_analyst") as analyst:
        for query in guide_queries():
            pinned = query.replace("marts.pin(2)", "marts.pin(1)")
            assert analyst.execute(pinned.encode()).description, query
        shown = run_notebook(analyst)
    (employed,) = [row for row in shown["progress"] if row[1] == "rural workers employed"]
    assert employed[2] == 1
    assert ["2024-05-19", 1] in [row[::2] for row in shown["history"]]
    of_prefecture = "county_code = '532500' and population_category = 'all'"
    assert [row[:2] for row in shown["months"]] == [
        [str(month), earners]
        for month, earners in nights.rows(f"select month, earners from marts.income_stability where {of_prefecture}")
    ]
    open_cases = nights.scalar("select count(*) from marts.finding_case where closed_on is null")
    assert sum(row[3] for row in shown["cases"]) == open_cases > 0


def run_notebook(analyst: psycopg.Connection) -> dict[str, list[list[Any]]]:
    """The tables that the notebook shows to the login of this connection, where nothing else can be reached."""
    connection_info = analyst.info
    login = {
        "PGHOST": connection_info.host,
        "PGPORT": str(connection_info.port),
        "PGDATABASE": connection_info.dbname,
        "PGUSER": connection_info.user,
    }
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-c", RUN_NOTEBOOK],
        cwd=settings.project_root() / "notebooks",
        env=os.environ | login | nowhere | {"PGPASSWORD": connection_info.password},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[list[Any]]] = json.loads(done.stdout)
    return found


def test_the_guide_lists_every_mart_and_fact_with_its_key() -> None:
    text = GUIDE.read_text("utf-8")
    listed = dict(re.findall(r"^\| `(\w+)` \| ([\w, ]+) \|", text, flags=re.MULTILINE))
    declared = {}
    for folder in ("marts", "core"):
        for path in (settings.project_root() / "dbt_project" / "models" / folder).rglob("*.yml"):
            for entry in yaml.safe_load(path.read_text("utf-8")).get("models", []):
                declared[entry["name"]] = ", ".join(entry["config"]["meta"]["key"])
    assert listed == declared
