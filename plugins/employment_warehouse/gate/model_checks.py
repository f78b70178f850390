"""The checks that a model declares in its own YAML: `meta.checks` of the model and of its columns.

A kind of check is one entry of ROW_CHECKS in `row_checks`, or a function where a condition on one row is not enough
(`county_checks`, `change_check`). What compares several models, or landing with core, is a suite of
expectations/warehouse/ instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from psycopg import sql

from employment_warehouse.database.model_declarations import models_of, read_models
from employment_warehouse.gate.change_check import change
from employment_warehouse.gate.checked_model import Check, CheckedModel
from employment_warehouse.gate.county_checks import counties_check, counties_query, every_county
from employment_warehouse.gate.expectation import Expectation
from employment_warehouse.gate.row_checks import ROW_CHECKS, row_check, rows_query
from employment_warehouse.gate.suites import Frame, Suite, SuiteError
from employment_warehouse.gate.threshold_lookup import Thresholds

# What shares a frame: how one check is read, and the query of all.
SHARED = MappingProxyType({"rows": (row_check, rows_query), "counties": (counties_check, counties_query)})

FRAME_CHECKS: Mapping[str, Callable[[CheckedModel, Check, Thresholds], Frame | None]] = MappingProxyType(
    {"change": change, "every_county": every_county}
)

COLUMN_KINDS = (*ROW_CHECKS, "counties_add_up", "change")

MODEL_KINDS = ("condition", "every_county")


def model_suites(project: Path, thresholds: Thresholds) -> list[Suite]:
    """One suite for each model that declares checks, thresholds filled in; its version is the SHA-256 of its YAML.

    Raises SuiteError for an unknown kind of check, an unknown or missing option, a column or threshold that does not
    exist, a name given twice, or checks of a model that has no versions.
    """
    models = {model.name: model for model in read_models(project / "dbt_project") if model.is_versioned}
    suites = []
    for path in sorted((project / "dbt_project" / "models").rglob("*.yml")):
        version = hashlib.sha256(path.read_bytes()).hexdigest()
        for entry in models_of(path):
            checks = _declared_checks(entry)
            if checks:
                where = f"{path.name}: {entry['name']}"
                if entry["name"] not in models:
                    raise SuiteError("只有版本化的模型可以声明检查 | only a versioned model has checks", where=where)
                meta = entry["config"].get("meta", {})
                columns_zh = {c["name"]: _meta(c).get("zh", "") for c in entry.get("columns", [])}
                declared = CheckedModel(models[entry["name"]], meta.get("zh", ""), columns_zh, checks, where)
                suites.append(Suite(entry["name"], version, tuple(_frames(declared, thresholds))))
    return suites


def _declared_checks(entry: Mapping[str, Any]) -> tuple[tuple[str | None, Any], ...]:
    found: list[tuple[str | None, Any]] = [(None, check) for check in _meta(entry).get("checks", [])]
    for column in entry.get("columns", []):
        found += [(column["name"], check) for check in _meta(column).get("checks", [])]
    return tuple(found)


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    meta: Mapping[str, Any] = entry.get("config", {}).get("meta", {})
    return meta


def _frames(declared: CheckedModel, thresholds: Thresholds) -> Iterator[Frame]:
    """The frames of a model. Checks of one kind that hold the same feeds share one: a night runs few queries."""
    shared: dict[tuple[str, tuple[str, ...]], list[tuple[sql.Composable, Expectation]]] = {}
    frames = []
    for column, raw in declared.checks:
        check = Check.read(declared, column, raw, COLUMN_KINDS if column else MODEL_KINDS)
        if check.kind in FRAME_CHECKS:
            frames.append(FRAME_CHECKS[check.kind](declared, check, thresholds))
        else:
            kind = "counties" if check.kind == "counties_add_up" else "rows"
            shared.setdefault((kind, check.holds), []).append(SHARED[kind][0](declared, check))
        check.entry.done()
    used: set[str] = set()
    for (kind, holds), checks in shared.items():
        name = kind if kind not in used else "_".join((kind, *holds))
        used.add(kind)
        query = SHARED[kind][1](declared, [measured for measured, _ in checks], [e.name for _, e in checks])
        expectations = tuple(expectation for _, expectation in checks)
        frames.append(Frame(declared.model.name, name, query.as_string(None), expectations, 0, holds))
    found = [frame for frame in frames if frame]
    names = [expectation.name for frame in found for expectation in frame.expectations]
    if len(set(names)) < len(names):
        raise SuiteError("检查重名 | a check is declared twice", where=declared.where, expected="one name each")
    yield from found
