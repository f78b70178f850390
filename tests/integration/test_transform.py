from __future__ import annotations

import json
import os
import shutil
import time
from datetime import date
from pathlib import Path

import psycopg
import pytest

from employment_warehouse import publication, settings, transform
from employment_warehouse.runtime import steps
from employment_warehouse.settings import Home
from employment_warehouse.transform import NotTonight, TransformFailed

MODELS = {
    "fine": "select 1 as persons",
    "broken": "select 'canary 532501199001011234'::text::integer as persons from {{ ref('fine') }}",
    "after": "select persons from {{ ref('broken') }}",
}


@pytest.fixture
def build(warehouse: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A night of a project of three tables, of which one fails. Only here may dbt's role make tables."""
    warehouse.execute("grant create on schema tonight to wh_transformer")
    project = tmp_path / "dbt_project"
    (project / "models").mkdir(parents=True)
    shutil.copy(settings.project_root() / "dbt_project" / "profiles.yml", project)
    (project / "dbt_project.yml").write_text(
        "name: toy\nprofile: employment_warehouse\nmodels:\n  toy:\n    +materialized: table\n    +tags: core\n"
    )
    for name, text in MODELS.items():
        (project / "models" / f"{name}.sql").write_text(text)
    monkeypatch.setenv("WAREHOUSE_PROJECT", str(tmp_path))
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path / "home"))
    return publication.start_build(date(2024, 5, 18), "a night")


def test_a_build_other_than_the_current_one_is_refused(build: int) -> None:
    with pytest.raises(NotTonight):
        transform.run_dbt("tag:core", build + 1)


def test_a_layer_is_built_and_its_results_are_kept(build: int, warehouse: psycopg.Connection) -> None:
    summary = transform.run_dbt("fine", build)
    assert [(node.name, node.kind, node.status) for node in summary.nodes] == [("fine", "model", "success")]
    assert warehouse.execute("select persons from tonight.fine").fetchall() == [(1,)]
    kept = settings.current_home().dbt / "runs" / f"{build}_fine.json"
    assert json.loads(kept.read_text())["results"][0]["status"] == "success"


def test_what_a_run_did_is_kept_for_a_year(warehouse: psycopg.Connection, fresh_home: Home) -> None:
    kept, old = (fresh_home.dbt_runs / f"{build}_tag_core.json" for build in (2, 1))
    for path, days in ((kept, 364), (old, 366)):
        path.write_text("{}")
        os.utime(path, (time.time() - days * 86400,) * 2)
    steps.purge_landing()
    assert list(fresh_home.dbt_runs.iterdir()) == [kept]


def test_files_that_cannot_be_deleted_stop_no_erasure(
    warehouse: psycopg.Connection, fresh_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []
    monkeypatch.setattr(steps.after_publication, "erase_persons", lambda: done.append("erased"))
    (fresh_home.dbt_runs / "1_old.json").mkdir(parents=True)
    os.utime(fresh_home.dbt_runs / "1_old.json", (0, 0))
    with pytest.raises(OSError, match="1_old"):
        steps.purge_landing()
    assert done == ["erased"]


def test_a_model_that_fails_is_named_without_its_values(build: int, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(TransformFailed) as failure:
        transform.run_dbt("tag:core", build)
    assert "broken" in failure.value.where
    assert "invalid input syntax" in failure.value.found
    assert "canary" not in str(failure.value)
    assert "canary" not in caplog.text


def test_a_retry_succeeds_once_the_model_is_fixed(build: int) -> None:
    with pytest.raises(TransformFailed):
        transform.run_dbt("tag:core", build)
    model = settings.project_root() / "dbt_project" / "models" / "broken.sql"
    model.write_text(model.read_text().replace("canary 532501199001011234", "7"))
    assert [node.status for node in transform.run_dbt("tag:core", build).nodes] == ["success"] * 3


def test_the_documentation_is_one_page_with_every_mart_and_its_lineage(warehouse: psycopg.Connection) -> None:
    page = transform.write_docs().read_text("utf-8")
    assert '"model.employment_warehouse.target_progress"' in page
    assert '"parent_map"' in page
    for report in ("daily_report", "weekly_dispatch", "monthly_bulletin"):
        assert f'"exposure.employment_warehouse.{report}"' in page
    assert '"metric.employment_warehouse.rural_employed"' in page
    assert "https://cdn" not in page
