"""The alerts that rows make: one for each kind and unit, in the words that `alert_texts.yml` declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from employment_warehouse.alert.causes import Causes
from employment_warehouse.alert.raising import Alert
from employment_warehouse.alert.value_texts import CHINESE, ENGLISH, Language
from employment_warehouse.alert_kinds import AlertKind, Texts, alert_kinds
from employment_warehouse.contract import contract_of

ITEMS_SHOWN = 10  # of one alert; a phone's screen is small

Row = Mapping[str, Any]


def alerts_of(found: Causes, report_date: date, build: int) -> list[Alert]:
    """One alert for each kind and unit of the rows."""
    return [
        alert_of(alert_kinds()[kind], unit, list(of_unit), report_date, build)
        for kind, of_kind in found.items()
        for unit, of_unit in groupby(of_kind, key=lambda row: str(row["unit"]))
    ]


def alert_of(kind: AlertKind, unit: str, rows: Sequence[Row], report_date: date | None, build: int | None) -> Alert:
    """The alert of a unit about these rows, which its texts list; what they say only once is the first row's."""
    facts = {
        **rows[0],
        "unit": unit,
        "count": len(rows),
        "owners": _owners(row["feed"] for row in rows if kind.mentions_owners),
        "report_date": report_date,
    }
    return Alert(
        kind=kind.name,
        level=kind.level,
        unit=unit,
        title=f"{_title(kind.zh, facts, CHINESE)} | {_title(kind.en, facts, ENGLISH)}",
        body=f"{_body(kind.zh, facts, rows, CHINESE)}\n{_body(kind.en, facts, rows, ENGLISH)}",
        build=build,
        report_date=report_date,
        step=kind.step,
        link=kind.page_of(unit),
        subject="; ".join(", ".join(str(row[column]) for column in kind.same_by) for row in rows if kind.same_by),
    )


def _title(texts: Texts, facts: Row, language: Language) -> str:
    return texts.title.format_map(language.fields(facts))


def _body(texts: Texts, facts: Row, rows: Sequence[Row], language: Language) -> str:
    items = [f"· {texts.item.format_map(language.fields(row))}" for row in rows] if texts.item else []
    more = len(items) - ITEMS_SHOWN
    rest = [language.more.format(more)] if more > 0 else []
    return "\n".join([texts.todo.format_map(language.fields(facts)), *items[:ITEMS_SHOWN], *rest])


def _owners(feeds: Iterable[str]) -> str:
    """The departments responsible for these feeds, each once."""
    return "、".join(dict.fromkeys(contract_of(feed).owner for feed in feeds))
