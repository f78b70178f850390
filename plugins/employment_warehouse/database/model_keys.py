"""The keys that the YAML of a model may have, and the refusal of any other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from employment_warehouse.errors import UserError

# Every key that a declaration may have: one that is misspelt would silently hide, or show, a column.
FILE_KEYS = {"models", "unit_tests", "sources", "exposures"}
MODEL_KEYS = {"name", "description", "config", "columns"}
CONFIG_KEYS = {"contract", "meta"}
META_KEYS = {
    "zh", "grain", "clause", "key", "scope", "feed", "indexes", "view_columns", "for_everyone", "checks",
    "today", "sensitivity", "indicators", "seen_by", "seen_if", "uncontested", "distributed_by",
}  # fmt: skip
COLUMN_KEYS = {"name", "data_type", "description", "config", "quote"}
COLUMN_META_KEYS = {"zh", "hidden", "checks", "for_counties"}
CLAIM_KEYS = {"of", "first", "last"}
VIEW_COLUMN_KEYS = {"name", "data_type", "expression", "description", "zh", "after"}
SCOPE_KEYS = {"by", "columns"}
# Who a readers' view is for: L1, the default, everyone; L2, with rows of persons, households or somebody's employer,
# not those who only audit; L3, findings on one person, only those who act on them.
SENSITIVITIES = ("L1", "L2", "L3")
# A figure of the reports, beside the model that it is read from; macros/indicators.sql says what each key means.
INDICATOR_KEYS = {
    "code", "zh", "en", "definition_zh", "definition_en", "unit", "digits", "direction", "kind", "feeds", "in",
    "numerator", "denominator", "value", "times", "where", "rolls_up", "part_of", "complement", "numerator_is",
    "is_public", "column", "source", "setting",
}  # fmt: skip
INDICATOR_NEEDS = {
    "code", "zh", "en", "definition_zh", "definition_en", "unit", "direction", "kind", "feeds", "in",
}  # fmt: skip


def assert_known(entry: dict[str, Any], path: Path) -> None:
    """Raises UserError (`model_key_unknown`) for a key that nothing reads."""
    config = entry.get("config", {})
    meta = config.get("meta", {})
    scope = meta.get("scope", [])
    unknown = [
        *_surplus(entry, MODEL_KEYS, entry["name"]),
        *_surplus(config, CONFIG_KEYS, "config"),
        *_surplus(meta, META_KEYS, "meta"),
        *_surplus({meta["sensitivity"]: None} if "sensitivity" in meta else {}, {*SENSITIVITIES}, "meta.sensitivity"),
        *(_surplus(scope, SCOPE_KEYS, "meta.scope") if isinstance(scope, dict) else []),
    ]
    for column in entry.get("columns", []):
        unknown += _surplus(column, COLUMN_KEYS, column["name"])
        unknown += _surplus(column.get("config", {}), {"meta"}, column["name"])
        unknown += _surplus(column.get("config", {}).get("meta", {}), COLUMN_META_KEYS, f"{column['name']}.meta")
    for claim in meta.get("uncontested", []):
        unknown += _surplus(claim, CLAIM_KEYS, "uncontested")
    for column in meta.get("view_columns", []):
        unknown += _surplus(column, VIEW_COLUMN_KEYS, f"view_columns.{column.get('name', '')}")
    for indicator in meta.get("indicators", []):
        where = f"indicators.{indicator.get('code', '')}"
        unknown += _surplus(indicator, INDICATOR_KEYS, where)
        unknown += [f"{where} without {key}" for key in sorted(INDICATOR_NEEDS - indicator.keys())]
    if unknown:
        raise _unknown(f"模型 {entry['name']} | model {entry['name']}", unknown, path)


def assert_file_keys(content: dict[str, Any], path: Path) -> None:
    """Raises UserError (`model_key_unknown`) for a key of the file that nothing reads."""
    if unknown := [key for key in content if key not in FILE_KEYS]:
        raise _unknown(path.name, unknown, path)


def _unknown(declared: str, keys: list[str], path: Path) -> UserError:
    return UserError(
        f"声明中有无法识别的键 | unknown keys in a declaration: {declared}",
        code="model_key_unknown",
        where=f"{path}: {', '.join(keys)}",
        expected="the keys that DEVELOPING.md lists (Add a mart)",
        todo="correct the spelling, or remove the key",
    )


def _surplus(entry: dict[str, Any], known: set[str], where: str) -> list[str]:
    return [f"{where}.{key}" for key in entry if key not in known]
