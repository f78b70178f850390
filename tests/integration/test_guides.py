"""The guides: what they tell a reader to run works, and their lists are complete."""

from __future__ import annotations

import re
from typing import Any

import yaml
from tests.integration.test_dbt_employment import COUNTY, person, report, spell
from tests.kit.guide import GUIDE, guide_queries

from employment_warehouse import settings
from employment_warehouse.database import connect


def test_an_analyst_can_run_every_query_of_the_guide(nights: Any) -> None:
    nights.select = "tag:core tag:mart,resource_type:model"
    report(nights, COUNTY, "2024-05-19", [person("works"), person("idle")], [spell("works")])
    nights.night("2024-05-19")
    assert len(guide_queries()) >= 24
    with connect("wh_analyst") as analyst:
        for query in guide_queries():
            pinned = query.replace("marts.pin(2)", "marts.pin(1)")
            assert analyst.execute(pinned.encode()).description, query


def test_the_guide_lists_every_mart_and_fact_with_its_key() -> None:
    text = GUIDE.read_text("utf-8")
    listed = dict(re.findall(r"^\| `(\w+)` \| ([\w, ]+) \|", text, flags=re.MULTILINE))
    declared = {}
    for folder in ("marts", "core"):
        for path in (settings.project_root() / "dbt_project" / "models" / folder).rglob("*.yml"):
            for entry in yaml.safe_load(path.read_text("utf-8")).get("models", []):
                declared[entry["name"]] = ", ".join(entry["config"]["meta"]["key"])
    assert listed == declared
