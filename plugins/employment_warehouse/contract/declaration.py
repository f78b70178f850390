"""What a contract file declares, as a contract. A misspelt, missing or unknown key is an error, at any depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from employment_warehouse.contract.column_types import TYPES
from employment_warehouse.contract.consistency import check_whole
from employment_warehouse.contract.model import (
    CAMPAIGN_FREQUENCIES,
    UNIT_COLUMNS,
    Calendar,
    Column,
    Contract,
    Payment,
    PlatformResource,
    Rule,
)
from employment_warehouse.contract.node import ContractError, Node, named_values
from employment_warehouse.contract.sources import SOURCES

SUFFIX = ".odcs.yaml"
_KINDS = ("snapshot", "period", "events", "batch")
_UNITS = (*UNIT_COLUMNS, "platform")
_FREQUENCIES = ("campaign", *CAMPAIGN_FREQUENCIES, "after_batch")
_SENSITIVITIES = ("L1", "L2", "L3", "L4")


def declared_contract(document: Mapping[str, Any], where: str) -> Contract:
    """The contract of a document that is valid by the standard; where: its file's name. Raises ContractError."""
    with Node(document, where) as node:
        for constant in ("apiVersion", "kind", "version", "status", "domain"):
            node.take(constant)
        feed = node.text("id")
        if where != f"{feed}{SUFFIX}":
            raise ContractError(f"id: {feed}", where=where, expected=where.removesuffix(SUFFIX))
        title_zh, title_en = node.text("name"), node.text("titleEn")
        with Node(node.take("team"), f"{where}: team") as team:
            owner = team.text("name")
        source, kind = node.one_of("source", SOURCES), node.one_of("standsFor", _KINDS)
        unit = node.one_of("unit", _UNITS)
        freshness_column = node.optional_text("freshnessColumn")
        payment = _payment(node.take("payment", None), f"{where}: payment")
        platform = _platform(node.take("platform", None), f"{where}: platform")
        calendar = _calendar(node.take("slaProperties", ()), f"{where}: slaProperties")
        (declared_table,) = node.take("schema")
    table = _table(declared_table, feed, where)
    contract = Contract(
        feed=feed,
        title_zh=title_zh,
        title_en=title_en,
        grain_zh=table.grain_zh,
        grain_en=table.grain_en,
        owner=owner,
        source=source,
        kind=kind,
        unit=unit,
        columns=table.columns,
        key=tuple(name for _, name in table.key),
        rules=table.rules,
        calendar=calendar,
        freshness_column=freshness_column,
        payment=payment,
        platform=platform,
    )
    check_whole(contract, [position for position, _ in table.key], where)
    return contract


@dataclass(frozen=True)
class _Table:
    """What a contract declares of its rows (`schema`)."""

    grain_zh: str
    grain_en: str
    columns: tuple[Column, ...]
    key: tuple[tuple[int, str], ...]  # place in the key and column, in their order
    rules: tuple[Rule, ...]


def _table(content: Mapping[str, Any], feed: str, where: str) -> _Table:
    with Node(content, f"{where}: schema") as node:
        if node.text("name") != feed:
            raise ContractError("name", where=node.where, expected=feed)
        node.take("businessName")
        grain_zh, _, grain_en = node.text("dataGranularityDescription").partition(" | ")
        properties = node.take("properties")
        rules = tuple(_rule(rule, where) for rule in node.take("quality", ()))
    columns, key = [], {}
    for item in properties:
        column, position = _column(item, where)
        columns.append(column)
        if position:
            key[position] = column.name
    return _Table(grain_zh, grain_en, tuple(columns), tuple(sorted(key.items())), rules)


def _column(content: Mapping[str, Any], where: str) -> tuple[Column, int]:
    """The column, and its place in the key (0: none)."""
    with Node(content, f"{where}: {content['name']}") as node:
        kind = TYPES[node.one_of("physicalType", tuple(TYPES))]
        node.one_of("logicalType", (kind.standard_type,))
        with Node(node.take("logicalTypeOptions", {}), node.where) as options:
            minimum, maximum = options.take("minimum", None), options.take("maximum", kind.largest)
            longest = options.number("maxLength", 1, kind.longest) if kind.longest and "maxLength" in options else None
        position = node.take("primaryKeyPosition", 0)
        if node.take("primaryKey", False) != bool(position):
            raise ContractError("primaryKey", where=node.where, expected="primaryKey and primaryKeyPosition")
        examples = node.take("examples")
        column = Column(
            name=node.text("name"),
            header=node.text("businessName"),
            aliases=tuple(_alias(alias, node.where) for alias in node.take("synonyms", ())),
            type=kind,
            required=node.take("required", False),
            required_when=node.optional_text("requiredWhen"),
            codes=_codes(node),
            minimum=minimum,
            maximum=maximum,
            max_length=longest or kind.longest,
            unit_text=node.optional_text("unit"),
            sensitivity=node.one_of("classification", _SENSITIVITIES),
            description_zh=node.text("descriptionZh"),
            description_en=node.text("description"),
            example_form=str(examples[0]),
            names_thing=_flag(node, "namesThing", kind.name == "text"),
        )
    return column, position


def _flag(node: Node, key: str, allowed: bool) -> bool:
    """Whether a property is there; its only value is true."""
    if key not in node:
        return False
    if node.take(key) is not True or not allowed:
        raise ContractError(key, where=node.where, expected="true, of a text")
    return True


def _alias(content: Mapping[str, Any], where: str) -> str:
    with Node(content, f"{where}: synonyms") as node:
        return node.text("synonym")


def _codes(node: Node) -> Mapping[str, str]:
    codes: dict[str, str] = {}
    for item in node.take("enum", ()):
        with Node(item, f"{node.where}: enum") as value:
            label = value.text("label")
            if label in codes:
                raise ContractError(f"标签重复 | label given twice: {label}", where=node.where)
            codes[label] = value.text("value")
    return codes


def _rule(content: Mapping[str, Any], where: str) -> Rule:
    with Node(content, f"{where}: quality") as node:
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
    with Node(named_values(items, where), where) as node:
        frequency = node.one_of("frequency", _FREQUENCIES)
        due_time = _time(node.text("timeOfAvailability"), where)
        match frequency:
            case "weekly":
                return Calendar(frequency, due_time, weekday=node.number("weekday", 1, 7))
            case "monthly":
                return Calendar(frequency, due_time, day=node.number("dayOfMonth", 1, 28))
            case "after_batch":
                return Calendar(frequency, due_time, working_days=node.number("workingDays", 1, 60))
    return Calendar(frequency, due_time)


def _time(text: str, where: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ContractError(f"timeOfAvailability: {text}", where=where, expected="20:00") from None


def _payment(content: Mapping[str, Any] | None, where: str) -> Payment | None:
    if content is None:
        return None
    with Node(content, where) as node:
        return Payment(due_column=node.text("dueColumn"), paid_column=node.text("paidColumn"))


def _platform(content: Mapping[str, Any] | None, where: str) -> PlatformResource | None:
    if content is None:
        return None
    with Node(content, where) as node:
        return PlatformResource(
            path=node.text("path"),
            id_field=node.text("idField"),
            updated_field=node.text("updatedField"),
            page_items=node.number("pageItems", 1, 100_000),
        )
