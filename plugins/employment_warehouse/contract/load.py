"""Contract files → contracts. A key that is misspelt, missing or unknown is an error, at any depth."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from datetime import time
from functools import cache
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

import jsonschema_rs
import yaml

from employment_warehouse.contract.model import TYPES, UNIT_COLUMNS, Calendar, Column, Contract, Rule
from employment_warehouse.errors import UserError
from employment_warehouse.settings import project_root

SUFFIX = ".odcs.yaml"
_SOURCES = ("county", "payroll", "bank", "hr_platform")
_KINDS = ("snapshot", "period", "events", "batch")
_UNITS = (*UNIT_COLUMNS, "platform")
_FREQUENCIES = ("campaign", "daily", "working_days", "weekly", "monthly", "after_batch")
_SENSITIVITIES = ("L1", "L2", "L3", "L4")
_MISSING = object()


class ContractError(UserError):
    """数据契约文件有误。 | A contract file is not as it should be."""

    code = "contract_invalid"


def contracts() -> Mapping[str, Contract]:
    """Every contract of expectations/feeds/, by feed. Raises ContractError. Files that changed are read anew."""
    folder = project_root() / "expectations" / "feeds"
    files = sorted(folder.glob(f"*{SUFFIX}"))
    return MappingProxyType({path.name.removesuffix(SUFFIX): _load_version(path) for path in files})


def contract(feed: str) -> Contract:
    """The contract of one feed. Raises ContractError, also where there is none of that name."""
    folder = project_root() / "expectations" / "feeds"
    path = folder / f"{feed}{SUFFIX}"
    if path.parent != folder or not path.is_file():
        known = ", ".join(sorted(p.name.removesuffix(SUFFIX) for p in folder.glob(f"*{SUFFIX}")))
        raise ContractError(
            f"没有这张表 | no such feed: {feed}", code="unknown_feed", expected=known, todo="check the spelling"
        )
    return _load_version(path)


def load(path: Path) -> Contract:
    """One contract file: valid by the standard's own JSON schema, and complete by ours. Raises ContractError."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ContractError("不是 YAML | not YAML", where=path.name, expected=str(error)) from error
    wrong = next(iter(_standard().iter_errors(document)), None)
    if wrong is not None:
        at = "/".join(str(part) for part in wrong.instance_path)
        raise ContractError(wrong.message, where=f"{path.name}: {at}", expected="Open Data Contract Standard 3.2")
    return _contract(document, path.name)


def _load_version(path: Path) -> Contract:
    return _load_cached(path, path.stat().st_mtime_ns)


@cache
def _load_cached(path: Path, modified_ns: int) -> Contract:  # noqa: ARG001 - part of the cache's key
    return load(path)


@cache
def _standard() -> jsonschema_rs.Draft201909Validator:
    schema = importlib.resources.files("open_data_contract_standard").joinpath("schema.json")
    return jsonschema_rs.Draft201909Validator(yaml.CSafeLoader(schema.read_text(encoding="utf-8")).get_single_data())


class _Node:
    """A mapping of which every key must be taken: what is left over at the end is a misspelt key.

    customProperties are taken like the keys of the standard.
    """

    def __init__(self, content: Mapping[str, Any], where: str) -> None:
        self._left = dict(content)
        self.where = where
        for item in self._left.pop("customProperties", ()):
            if item["property"] in self._left:
                raise ContractError(f"写了两次 | given twice: {item['property']}", where=where)
            self._left[item["property"]] = item["value"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self._left:
            raise ContractError(
                f"不认识的属性 | unknown property: {', '.join(self._left)}",
                where=self.where,
                todo="correct the spelling, or remove it",
            )

    def take(self, key: str, default: Any = _MISSING) -> Any:
        value = self._left.pop(key, default)
        if value is _MISSING:
            raise ContractError(f"缺少属性 | missing property: {key}", where=self.where)
        return value

    def text(self, key: str) -> str:
        value = self.take(key)
        if not isinstance(value, str) or not value.strip():
            raise ContractError(f"应为文字 | must be a text: {key}", where=self.where)
        return value

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.take(key)
        if value not in allowed:
            raise ContractError(f"{key}: {value}", where=self.where, expected=" · ".join(allowed))
        return str(value)


def _contract(document: Mapping[str, Any], where: str) -> Contract:
    with _Node(document, where) as node:
        for constant in ("apiVersion", "kind", "version", "status", "domain"):
            node.take(constant)
        feed = node.text("id")
        if where != f"{feed}{SUFFIX}":
            raise ContractError(f"id: {feed}", where=where, expected=where.removesuffix(SUFFIX))
        title_zh, title_en = node.text("name"), node.text("titleEn")
        with _Node(node.take("team"), f"{where}: team") as team:
            owner = team.text("name")
        source, kind = node.one_of("source", _SOURCES), node.one_of("standsFor", _KINDS)
        unit = node.one_of("unit", _UNITS)
        calendar = _calendar(node.take("slaProperties", ()), f"{where}: slaProperties")
        (table,) = node.take("schema")
    with _Node(table, f"{where}: schema") as node:
        if node.text("name") != feed:
            raise ContractError("name", where=node.where, expected=feed)
        node.take("businessName")
        grain_zh, _, grain_en = node.text("dataGranularityDescription").partition(" | ")
        properties = node.take("properties")
        rules = tuple(_rule(rule, where) for rule in node.take("quality", ()))
    columns, key_positions = [], {}
    for item in properties:
        column, position = _column(item, where)
        columns.append(column)
        if position:
            key_positions[position] = column.name
    made = Contract(
        feed=feed,
        title_zh=title_zh,
        title_en=title_en,
        grain_zh=grain_zh,
        grain_en=grain_en,
        owner=owner,
        source=source,
        kind=kind,
        unit=unit,
        columns=tuple(columns),
        key=tuple(key_positions[position] for position in sorted(key_positions)),
        rules=rules,
        calendar=calendar,
    )
    _check_whole(made, sorted(key_positions), where)
    return made


def _column(content: Mapping[str, Any], where: str) -> tuple[Column, int]:
    """The column, and its place in the key (0: none)."""
    with _Node(content, f"{where}: {content['name']}") as node:
        kind = node.one_of("physicalType", tuple(TYPES))
        node.one_of("logicalType", (TYPES[kind][0],))
        with _Node(node.take("logicalTypeOptions", {}), node.where) as options:
            minimum, maximum = options.take("minimum", None), options.take("maximum", None)
        position = node.take("primaryKeyPosition", 0)
        if node.take("primaryKey", False) != bool(position):
            raise ContractError("primaryKey", where=node.where, expected="primaryKey and primaryKeyPosition")
        examples = node.take("examples")
        column = Column(
            name=node.text("name"),
            header=node.text("businessName"),
            aliases=tuple(alias["synonym"] for alias in node.take("synonyms", ())),
            type=kind,
            required=node.take("required", False),
            required_when=node.take("requiredWhen", None),
            codes=_codes(node),
            minimum=minimum,
            maximum=maximum,
            unit_text=node.take("unit", None),
            sensitivity=node.one_of("classification", _SENSITIVITIES),
            description_zh=node.text("descriptionZh"),
            description_en=node.text("description"),
            example=str(examples[0]),
        )
    return column, position


def _codes(node: _Node) -> Mapping[str, str]:
    codes: dict[str, str] = {}
    for item in node.take("enum", ()):
        with _Node(item, f"{node.where}: enum") as value:
            label = value.text("label")
            if label in codes:
                raise ContractError(f"标签重复 | label given twice: {label}", where=node.where)
            codes[label] = value.text("value")
    return codes


def _rule(content: Mapping[str, Any], where: str) -> Rule:
    with _Node(content, f"{where}: quality") as node:
        node.one_of("type", ("custom",))
        node.one_of("engine", ("sql",))
        return Rule(
            name=node.text("name"),
            expression=node.text("implementation"),
            message_zh=node.text("messageZh"),
            message_en=node.text("description"),
            columns=tuple(node.take("columns")),
        )


def _calendar(items: list[Mapping[str, Any]], where: str) -> Calendar | None:
    if not items:
        return None
    with _Node({item["property"]: item["value"] for item in items}, where) as node:
        frequency = node.one_of("frequency", _FREQUENCIES)
        due_time = time.fromisoformat(node.text("timeOfAvailability"))
        match frequency:
            case "weekly":
                return Calendar(frequency, due_time, weekday=node.take("weekday"))
            case "monthly":
                return Calendar(frequency, due_time, day=node.take("dayOfMonth"))
            case "after_batch":
                return Calendar(frequency, due_time, working_days=node.take("workingDays"))
    return Calendar(frequency, due_time)


def _check_whole(made: Contract, key_positions: list[int], where: str) -> None:
    """What only the whole can say: names are unique, and whatever is named is there."""
    names = [column.name for column in made.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ContractError(f"列名重复 | column given twice: {', '.join(twice)}", where=where)
    if not key_positions or key_positions != list(range(1, len(key_positions) + 1)):
        raise ContractError("primaryKeyPosition", where=where, expected="1, 2, … without a gap")
    if made.unit_column is not None and made.unit_column not in names:
        raise ContractError(f"缺少列 | missing column: {made.unit_column}", where=where)
    for column in made.columns:
        if (column.type == "code") != bool(column.codes) and column.type != "division":
            raise ContractError("enum", where=f"{where}: {column.name}", expected="an enum for type code, only")
    for rule in made.rules:
        unknown = sorted(set(rule.columns) - set(names))
        if unknown or not rule.columns:
            raise ContractError(f"columns: {', '.join(unknown)}", where=f"{where}: {rule.name}", expected="own columns")
