"""The keys that the YAML of a model or seed may have, and of what type; the refusal of anything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any

from employment_warehouse.errors import UserError

Keys = Mapping[str, type | UnionType]
# Every key that a declaration may have: one that is misspelt would silently hide, or show, a column. So would a value
# of another type: `for_everyone: "false"` is true.
FILE_KEYS: Keys = dict.fromkeys(("models", "unit_tests", "sources", "exposures", "semantic_models", "metrics"), list)
MODEL_KEYS: Keys = {"name": str, "description": str, "config": dict, "columns": list, "time_spine": dict}
CONFIG_KEYS: Keys = {"contract": dict, "meta": dict}
CONTRACT_KEYS: Keys = {"enforced": bool}
META_KEYS: Keys = {
    "zh": str, "grain": str, "clause": str, "key": list, "scope": list | dict, "feed": str, "indexes": list,
    "view_columns": list, "for_everyone": bool, "checks": list, "today": str, "sensitivity": str, "feeds": list,
    "indicators": list, "seen_by": str, "seen_if": str, "uncontested": list, "distributed_by": str,
    "may_be_empty": bool,
}  # fmt: skip
COLUMN_KEYS: Keys = {
    "name": str, "data_type": str, "description": str, "config": dict, "quote": bool, "granularity": str,
}  # fmt: skip
COLUMN_CONFIG_KEYS: Keys = {"meta": dict}
COLUMN_META_KEYS: Keys = {"zh": str, "hidden": bool, "checks": list, "for_counties": str}
CLAIM_KEYS: Keys = {"of": dict, "first": str, "last": str}
VIEW_COLUMN_KEYS: Keys = dict.fromkeys(("name", "data_type", "expression", "description", "zh", "after"), str)
SCOPE_KEYS: Keys = {"by": str, "columns": list}
# Who a readers' view is for: L1, the default, everyone; L2, with rows of persons, households or somebody's employer,
# not those who only audit; L3, findings on one person, only those who act on them.
SENSITIVITIES = ("L1", "L2", "L3")
# A figure of the reports, beside the model that it is read from; macros/indicators.sql says what each key means. One
# without `feeds` has those of the model.
INDICATOR_NEEDS: Keys = {
    "code": str, "zh": str, "en": str, "definition_zh": str, "definition_en": str, "unit": str, "direction": int,
    "kind": str, "feeds": list, "in": list,
}  # fmt: skip
INDICATOR_KEYS: Keys = {
    **INDICATOR_NEEDS,
    "digits": int, "numerator": str, "denominator": str, "value": str, "times": int, "where": str, "rolls_up": bool,
    "part_of": str, "complement": str, "numerator_is": str, "is_public": bool, "column": str, "source": str,
    "setting": str,
}  # fmt: skip
SOURCE_KEYS: Keys = {"name": str, "description": str, "tables": list}
SOURCE_TABLE_KEYS: Keys = {"name": str}
SEED_KEYS: Keys = {"name": str, "description": str, "config": dict}
SEED_CONFIG_KEYS: Keys = {"column_types": dict, "meta": dict}


def assert_known(entry: dict[str, Any], path: Path) -> None:
    """Raises UserError (`model_key_unknown`) for a key of a model that nothing reads, or a value of another type."""
    config = _map(entry, "config")
    meta = _map(config, "meta")
    _refuse(
        f"模型 {entry['name']} | model {entry['name']}",
        [
            *_faults(entry, MODEL_KEYS, entry["name"]),
            *_faults(config, CONFIG_KEYS, "config"),
            *_faults(_map(config, "contract"), CONTRACT_KEYS, "config.contract"),
            *_faults(meta, META_KEYS, "meta"),
            *_faults(_map(meta, "scope"), SCOPE_KEYS, "meta.scope"),
            *_unknown_sensitivity(meta),
            *_column_faults(entry),
            *_entry_faults(meta, "uncontested", CLAIM_KEYS),
            *_entry_faults(meta, "view_columns", VIEW_COLUMN_KEYS, "name"),
            *_entry_faults(meta, "indicators", INDICATOR_KEYS, "code"),
            *_incomplete_indicators(meta),
        ],
        path,
    )


def assert_file_keys(content: dict[str, Any], path: Path) -> None:
    """Raises UserError (`model_key_unknown`) for a key of a file of models that nothing reads."""
    faults = list(_faults(content, FILE_KEYS, path.name))
    for source in _maps(content, "sources"):
        faults += _faults(source, SOURCE_KEYS, f"sources.{source.get('name', '')}")
        faults += _entry_faults(source, "tables", SOURCE_TABLE_KEYS, "name")
    _refuse(path.name, faults, path)


def assert_known_seed(content: dict[str, Any], header: list[str], path: Path) -> None:
    """Raises UserError (`model_key_unknown`) unless the file declares one seed, with a type for each of its columns."""
    entry = next(_maps(content, "seeds"), {})
    config = _map(entry, "config")
    types, meta = _map(config, "column_types"), _map(config, "meta")
    _refuse(
        f"种子表 {path.stem} | seed {path.stem}",
        [
            *_faults(content, {"seeds": list}, path.name),
            *_faults(entry, SEED_KEYS, path.stem),
            *_faults(config, SEED_CONFIG_KEYS, "config"),
            *_faults(types, dict.fromkeys(header, str), "column_types"),
            *_faults(meta, {"zh": str, "key": list, "filled": list}, "meta"),
            *(f"column_types without {column}" for column in header if column not in types),
            *(
                f"meta.{key}: {column}"
                for key in ("key", "filled")
                for column in meta.get(key, ())
                if column not in types
            ),
        ],
        path,
    )


def _unknown_sensitivity(meta: dict[str, Any]) -> list[str]:
    sensitivity = meta.get("sensitivity", "L1")
    return [] if sensitivity in SENSITIVITIES else [f"meta.sensitivity.{sensitivity}"]


def _column_faults(entry: dict[str, Any]) -> Iterator[str]:
    for column in _maps(entry, "columns"):
        name = str(column.get("name", ""))
        config = _map(column, "config")
        yield from _faults(column, COLUMN_KEYS, name)
        yield from _faults(config, COLUMN_CONFIG_KEYS, name)
        yield from _faults(_map(config, "meta"), COLUMN_META_KEYS, f"{name}.meta")


def _incomplete_indicators(meta: dict[str, Any]) -> Iterator[str]:
    for indicator in _maps(meta, "indicators"):
        for key in sorted(INDICATOR_NEEDS.keys() - indicator.keys() - ({"feeds"} & meta.keys())):
            yield f"indicators.{indicator.get('code', '')} without {key}"


def _entry_faults(given: dict[str, Any], key: str, known: Keys, name: str = "") -> Iterator[str]:
    """Of each entry of a list, which `name` names."""
    for entry in _maps(given, key):
        yield from _faults(entry, known, f"{key}.{entry.get(name, '')}" if name else key)


def _faults(given: dict[str, Any], known: Keys, where: str) -> Iterator[str]:
    for key, value in given.items():
        if key not in known:
            yield f"{where}.{key}"
        elif not isinstance(value, known[key]) or (isinstance(value, bool) and known[key] is not bool):
            yield f"{where}.{key} ({type(value).__name__})"


def _map(given: dict[str, Any], key: str) -> dict[str, Any]:
    """The keys below a key; none where its value is of another type, which `_faults` says."""
    below = given.get(key)
    return below if isinstance(below, dict) else {}


def _maps(given: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    """The mappings in the list below a key; none where its value is of another type."""
    below = given.get(key)
    return (entry for entry in (below if isinstance(below, list) else []) if isinstance(entry, dict))


def _refuse(declared: str, faults: list[str], path: Path) -> None:
    if faults:
        raise UserError(
            f"声明中有无法识别的键或值 | unknown keys or values in a declaration: {declared}",
            code="model_key_unknown",
            where=f"{path}: {', '.join(faults)}",
            expected="the keys that DEVELOPING.md lists (Add a mart), each of its type",
            todo="correct the spelling or the type, or remove the key",
        )
