"""The indicators that models declare."""

from __future__ import annotations

from typing import Any

import yaml

from employment_warehouse import settings


def declared() -> dict[str, dict[str, Any]]:
    """Every indicator by code, with the columns, the clause and, if it has none of its own, the feeds of its model."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((settings.project_root() / "dbt_project" / "models").rglob("*.yml")):
        for model in yaml.safe_load(path.read_text("utf-8")).get("models", []):
            meta = model["config"]["meta"]
            for indicator in meta.get("indicators", []):
                assert indicator["code"] not in found, f"{path.name}: {indicator['code']} is declared twice"
                columns = {column["name"] for column in model["columns"]}
                of_model = {"columns": columns, "clause": meta.get("clause"), "feeds": meta.get("feeds")}
                found[indicator["code"]] = of_model | indicator
    return found
