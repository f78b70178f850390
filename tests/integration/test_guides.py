"""The guides: what they tell a reader to run works, and their lists are complete; in the smallest of warehouses."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import yaml
from tests.kit.guide import GUIDE, guide_queries
from tests.kit.reported import COUNTY, person, report, spell

from employment_warehouse import settings
from employment_warehouse.database import connect

WITHOUT_ROWS = {
    "double_registration", "industry_absorption", "labor_brand_monitor", "layoff_watch", "payroll_finding_summary",
    "public_post_finding", "public_post_funds", "relief_payroll_check", "relief_project_monitor",
    "resettlement_site_monitor", "restatement", "service_effect", "vacancy_monitor", "workshop_monitor",
    "youth_monitor",
}  # fmt: skip
COUNTED_ANEW = (
    "cross_feed_reconciliation", "dispute_monitor", "employment_flow", "employment_stock", "income_stability",
    "labor_cooperation", "public_post_monitor", "transport_allowance", "youth_unemployment", "zero_employment_summary",
)  # fmt: skip
# Shares, means and medians of nothing.
OF_NOTHING = (
    ("cross_feed_reconciliation", "match_rate"),
    ("dispute_monitor", "median_days_close"),
    ("employment_flow", "retention_3m"),
    ("income_stability", "share_down_30pct"),
    ("income_stability", "share_below_minimum_wage"),
    ("labor_cooperation", "fulfilment_rate"),
    ("local_employment", "mean_days_worked"),
    ("local_employment", "median_days_to_gig_payment"),
    ("public_post_monitor", "mean_days_present"),
    ("return_risk", "income_base"),
    ("transport_allowance", "coverage"),
)
RUN_NOTEBOOK = """
import json
from first_questions import app
_, found = app.run()
tables = ("progress", "history", "months", "cases", "workshops", "services")
print(json.dumps({name: found[name].rows() for name in tables}, default=str))
"""


def one_county(nights: Any) -> None:
    """A prefecture of one county, which sends its registers: no payroll, no platform."""
    nights.select = "tag:core tag:mart,resource_type:model"
    nights.connection.execute("delete from seeds.division where level = 'county' and division_code <> %s", (COUNTY,))
    report(nights, COUNTY, "2024-05-19", [person("works"), person("idle")], [spell("works")])
    nights.night("2024-05-19")


def test_an_analyst_can_run_every_query_of_the_guide_and_the_notebook(nights_after: Any) -> None:
    nights = nights_after(one_county)
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


def test_every_mart_is_there_in_a_warehouse_of_one_county_without_payroll_and_platform(nights_after: Any) -> None:
    nights = nights_after(one_county)
    marts = sorted(path.stem for path in (settings.project_root() / "dbt_project/models/marts").rglob("*.sql"))
    shown = {mart: nights.records(f"select * from marts.{mart}") for mart in marts}
    assert {mart for mart, rows in shown.items() if not rows} == WITHOUT_ROWS
    # What is counted separately for the prefecture is what its only county has.
    for mart in COUNTED_ANEW:
        assert figures_of(shown[mart], COUNTY) == figures_of(shown[mart], "532500"), mart
    for mart in ("report_daily", "report_weekly", "report_monthly"):
        assert values_of(shown[mart], COUNTY) == values_of(shown[mart], "532500"), mart
    assert {code for code, value in values_of(shown["report_daily"], COUNTY).items() if value is None} == {
        "on_time_rate", "rejected_share", "relief_remuneration_share", "reporting_rate",
    }  # fmt: skip
    of_nothing = [(mart, column) for mart, column in OF_NOTHING if any(row[column] is not None for row in shown[mart])]
    assert of_nothing == []


def figures_of(rows: list[dict[str, Any]], code: str) -> set[tuple[str, ...]]:
    """The rows of a mart for a county or the prefecture, but for what only the prefecture's have."""
    return {
        tuple(str(value) for name, value in row.items() if name not in ("county_code", "counties_reporting"))
        for row in rows
        if row["county_code"] == code
    }


def values_of(rows: list[dict[str, Any]], code: str) -> dict[str, Any]:
    """Indicator → value in a report."""
    return {row["indicator"]: row["value"] for row in rows if row["county_code"] == code}


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


def test_metricflow_finds_the_headline_series_and_its_calendar_among_the_views_of_readers(tmp_path: Path) -> None:
    """dbt reads the project as the guide tells an analyst, without a warning, and without a server."""
    root = settings.project_root()
    done = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "--warn-error", "parse", "--profiles-dir", root / "notebooks",
         "--target-path", tmp_path, "--log-path", tmp_path],
        cwd=root / "dbt_project",
        env=os.environ | {"PGHOST": "127.0.0.1", "PGUSER": "nobody"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    found = json.loads((tmp_path / "semantic_manifest.json").read_text("utf-8"))
    (headline,) = found["semantic_models"]
    (calendar,) = found["project_configuration"]["time_spines"]
    read = [entry["node_relation"] for entry in (headline, calendar)]
    assert [(one["schema_name"], one["alias"]) for one in read] == [("marts", "headline_series"), ("marts", "dim_date")]


def test_the_guide_lists_every_mart_and_fact_with_its_key() -> None:
    text = GUIDE.read_text("utf-8")
    listed = dict(re.findall(r"^\| `(\w+)` \| ([\w, ]+) \|", text, flags=re.MULTILINE))
    declared = {}
    for folder in ("marts", "core"):
        for path in (settings.project_root() / "dbt_project" / "models" / folder).rglob("*.yml"):
            for entry in yaml.safe_load(path.read_text("utf-8")).get("models", []):
                declared[entry["name"]] = ", ".join(entry["config"]["meta"]["key"])
    assert listed == declared
