"""A new feed is a contract and a staging model, a new mart a model and its YAML: landed, gated, built, published."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from employment_warehouse import gate, landing, publication, settings, transform
from employment_warehouse.database import migrate

NIGHT = date(2024, 5, 20)
STAGING = """
sources:
  - name: landing
    tables:
      - name: toy

models:
  - name: stg_toy
    description: Toys that tonight's build accepted.
    config: {meta: {zh: 当晚采纳的玩具, grain: line}}
"""
MART = """
models:
  - name: toy_count
    description: Toys by county.
    config:
      contract: {enforced: true}
      meta: {key: [county_code], grain: county_code, zh: 各县玩具数}
    columns:
      - {name: county_code, data_type: text, description: County., config: {meta: {zh: 县市}}}
      - {name: toys, data_type: integer, description: How many., config: {meta: {zh: 件数}}}
"""


@pytest.fixture
def project(nights: Any, warehouse: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project with a toy feed and a toy mart, its warehouse migrated, and a landing zone with one file."""
    for folder in ("dbt_project", "expectations"):
        shutil.copytree(settings.project_root() / folder, tmp_path / folder)
    contract = (tmp_path / "expectations" / "feeds" / "job_event.odcs.yaml").read_text("utf-8")
    (tmp_path / "expectations" / "feeds" / "toy.odcs.yaml").write_text(contract.replace("job_event", "toy"), "utf-8")
    models = tmp_path / "dbt_project" / "models"
    (models / "staging" / "county" / "stg_toy.sql").write_text("{{ accepted_rows('toy') }}\n", "utf-8")
    (models / "staging" / "county" / "stg_toy.yml").write_text(STAGING, "utf-8")
    (models / "marts" / "toys").mkdir()
    (models / "marts" / "toys" / "toy_count.sql").write_text(
        "select county_code, count(*)::integer as toys from {{ ref('stg_toy') }} group by county_code\n", "utf-8"
    )
    (models / "marts" / "toys" / "toy_count.yml").write_text(MART, "utf-8")
    monkeypatch.setenv("WAREHOUSE_PROJECT", str(tmp_path))
    monkeypatch.setenv("WAREHOUSE_LANDING_ZONE", str(tmp_path / "zone"))
    migrate(warehouse)
    return tmp_path


def send(project: Path, *lines: str) -> None:
    path = project / "zone" / "toy" / NIGHT.isoformat() / "532528.csv"
    path.parent.mkdir(parents=True)
    path.write_text("活动编号,类型,日期,用工单位数,岗位数,参与人数,达成意向数\n" + "".join(lines), "utf-8")
    os.utime(path, (1_716_200_000, 1_716_200_000))


def test_a_toy_feed_and_a_toy_mart_go_through_the_whole_night(project: Path, nights: Any) -> None:
    send(
        project,
        "A1,专场招聘会,2024-05-20,3,40,100,20\n",
        "A2,视频带岗,2024-05-20,1,5,9,2\n",
        "A3,不知道,2024-05-20,1,5,9,2\n",
    )
    (arrival,) = landing.scan({"county"}, NIGHT).arrivals
    landed = landing.ingest(arrival)
    assert landed is not None
    assert (landed.rows_read, landed.rows_landed, landed.rows_rejected) == (3, 2, 1)
    build = publication.start_build(NIGHT, "toy")
    assert gate.gate_deliveries(build).held == ()
    transform.run_dbt("stg_toy toy_count", build)
    nights.publish(build)
    assert nights.rows("select report_date, county_code, toys from marts.toy_count") == [(NIGHT, "532528", 2)]
