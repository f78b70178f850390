"""A new feed is a contract and a staging model, a new mart a model and its YAML; nothing else is touched."""

from __future__ import annotations

import filecmp
import shutil
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import psycopg
import pytest
from tests.kit.files import arrivals, put
from tests.kit.nights import publish

from employment_warehouse import gate, landing, publication, transform
from employment_warehouse.contract import write_template
from employment_warehouse.database import migrate

ROOT = Path(__file__).parents[2]
NIGHT = date(2024, 5, 20)
HEADER = "活动编号,类型,日期,用工单位数,岗位数,参与人数,达成意向数"
EVENTS = ["A1,专场招聘会,2024-05-20,3,40,100,20", "A2,视频带岗,2024-05-20,1,5,9,2", "A3,直播带岗,2024-05-20,1,5,9,2"]
MODELS = Path("dbt_project/models")
STAGING = """
sources:
  - name: landing
    tables:
      - name: toy

models:
  - name: stg_toy
    description: Toys that tonight's build accepted.
    config: {meta: {zh: 当晚采用的玩具, grain: line}}
"""
MART = """
models:
  - name: toy_count
    description: Toys by county.
    config:
      contract: {enforced: true}
      meta:
        key: [county_code]
        grain: county_code
        zh: 各县玩具数
        checks:
          - condition: {name: few_toys, sql: toys < 3, zh: 玩具不足三件, en: fewer than three toys}
    columns:
      - {name: county_code, data_type: text, description: County., config: {meta: {zh: 县市}}}
      - {name: toys, data_type: integer, description: How many., config: {meta: {zh: 件数, checks: [not_negative]}}}
"""
ADDED = {
    Path("expectations/feeds/toy.odcs.yaml"): "",
    MODELS / "staging/county/stg_toy.sql": "{{ accepted_rows('toy') }}\n",
    MODELS / "staging/county/stg_toy.yml": STAGING,
    MODELS / "marts/toys/toy_count.sql": "select county_code, count(*)::integer as toys\n"
    "from {{ ref('stg_toy') }}\ngroup by county_code\n",
    MODELS / "marts/toys/toy_count.yml": MART,
}


@pytest.fixture
def project(warehouse: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project with a toy feed and a toy mart, and its warehouse migrated."""
    project = tmp_path / "project"
    for folder in ("dbt_project", "expectations"):
        shutil.copytree(ROOT / folder, project / folder)
    job_event = (project / "expectations/feeds/job_event.odcs.yaml").read_text("utf-8")
    for path, text in ADDED.items():
        (project / path).parent.mkdir(exist_ok=True)
        (project / path).write_text(text or job_event.replace("job_event", "toy"), "utf-8")
    monkeypatch.setenv("WAREHOUSE_PROJECT", str(project))
    migrate(warehouse)
    return project


def night(zone: Path, day: date, events: list[str]) -> int:
    """A night that lands these events of one county, passes gate 1, builds the mart and is checked by gate 2."""
    put(zone, "\n".join([HEADER, *events, ""]), feed="toy", day=day, minutes=day.toordinal() - NIGHT.toordinal())
    (arrival,) = arrivals(day)
    landed = landing.ingest(arrival)
    assert landed is not None
    assert landed.rows_landed == len(events)
    build = publication.start_build(day, f"toys of {day}")
    gate.expect_checks(build)
    assert gate.gate_deliveries(build).held == ()
    transform.run_dbt("stg_toy toy_count", build)
    gate.gate_marts(build)
    return build


def checks_of_gate_2(warehouse: psycopg.Connection, build: int) -> set[tuple[str, str, bool]]:
    """(check, unit, success) of gate 2 for the toy mart."""
    rows = warehouse.execute(
        "select check_name, unit, success from ops.check_result where suite = 'toy_count' and gate = 2 and build = %s",
        (build,),
    )
    return set(rows.fetchall())


def test_a_toy_feed_and_a_toy_mart_go_through_a_whole_night(
    project: Path, zone: Path, warehouse: psycopg.Connection
) -> None:
    first = night(zone, NIGHT, EVENTS[:2])
    checks = checks_of_gate_2(warehouse, first)
    assert {(name, success) for name, _, success in checks} == {
        ("rows.has_rows", True),
        ("few_toys", True),
        ("toys.not_negative", True),
    }
    # Only the toys were built: gate 2 as a whole does not let this night pass, and is left out of its publication.
    warehouse.execute("delete from ops.certificate")
    publish(first)
    shown = warehouse.execute("select report_date, county_code, toys from marts.toy_count").fetchall()
    assert shown == [(NIGHT, "532528", 2)]

    second = night(zone, NIGHT + timedelta(days=1), EVENTS)
    assert [(name, unit) for name, unit, success in checks_of_gate_2(warehouse, second) if not success] == [
        ("few_toys", "532528")
    ]


def test_a_rejected_row_of_a_toy_feed_is_returned(project: Path, zone: Path) -> None:
    put(zone, f"{HEADER}\nA3,不知道,2024-05-20,1,5,9,2\n", feed="toy", day=NIGHT)
    (arrival,) = arrivals(NIGHT)
    landed = landing.ingest(arrival)
    assert landed is not None
    assert (landed.rows_read, landed.rows_landed, landed.rows_rejected) == (1, 0, 1)


def test_a_toy_feed_has_a_template(project: Path, tmp_path: Path) -> None:
    write_template("toy", tmp_path / "form.xlsx")
    form = openpyxl.load_workbook(tmp_path / "form.xlsx").worksheets[0]
    assert {str(cell.value).rstrip("*") for cell in form[1]} >= set(HEADER.split(","))


def test_nothing_else_of_the_project_was_touched(project: Path) -> None:
    for folder in ("dbt_project", "expectations"):
        changed = _differences(filecmp.dircmp(ROOT / folder, project / folder), Path(folder))
        assert changed == {path for path in ADDED if path.parts[0] == folder}


def _differences(compared: filecmp.dircmp[str], folder: Path) -> set[Path]:
    """Files that are different, or on one side only."""
    found = {folder / name for name in [*compared.left_only, *compared.diff_files, *compared.funny_files]}
    for name in compared.right_only:
        path = Path(compared.right) / name
        found |= {folder / file.relative_to(compared.right) for file in (path.rglob("*") if path.is_dir() else [path])}
    for name, below in compared.subdirs.items():
        found |= _differences(below, folder / name)
    return found
