"""The alerts of a night: selected from the ledger and from the marts that the night published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import quote

from psycopg.rows import dict_row

from employment_warehouse import database
from employment_warehouse.alert.kinds import AlertKind, Texts, alert_kinds
from employment_warehouse.alert.ledger import Alert, raise_alert, resolve_others
from employment_warehouse.alert.queries import query
from employment_warehouse.alert.wording import CHINESE, ENGLISH, Language
from employment_warehouse.contract import contract, year_without_holidays
from employment_warehouse.contract.divisions import divisions

ITEMS_SHOWN = 10  # of one alert; a phone's screen is small
DELIVERIES = ("intake_failed", "delivery_held", "file_refused", "sheets_left_out", "feed_missing")
FIGURES = ("wages_owed", "zero_employment")

Row = Mapping[str, Any]
Figures = dict[str, list[dict[str, Any]]]


def raise_night_alerts(build: int) -> int:
    """Raise the alerts of a night, whether it was published, held or failed; returns how many.

    Alerts about figures are raised for a published night only, because nobody saw the others. Running it again, or for
    another build of the same date, updates the same alerts and resolves the others.
    """
    with database.connect("wh_publisher") as connection, connection.cursor(row_factory=dict_row) as cursor:
        night = cursor.execute(query("night"), {"build": build}).fetchone()
        if night is None:
            return 0
        given = {"build": build, "prefecture": divisions().prefecture, **night}
        kinds = [
            *DELIVERIES,
            *({"held": ["night_held"], "published": ["double_registration"]}.get(night["status"], ["night_failed"])),
        ]
        rows = {kind: cursor.execute(query(kind), given).fetchall() for kind in kinds}
        register_gaps = {row["unit"]: row for row in cursor.execute(query("register_gaps"), given)}
    if night["status"] == "published":
        rows |= _judged(_figures(given), register_gaps)
    days_ahead = night["holidays_needed_days"]
    if days_ahead is not None and (year := year_without_holidays(night["report_date"], days_ahead)):
        rows["holidays_unknown"] = [{"unit": divisions().prefecture, "year": str(year)}]
    alerts = _alerts(rows, night["report_date"], build)
    raise_alert(*alerts)
    unattended = _alerts(_unattended(given), night["report_date"], build)
    raise_alert(*unattended)
    resolve_others(night["report_date"], list(alert_kinds()), [*alerts, *unattended])
    return len(alerts) + len(unattended)


def raise_night_not_started(report_date: str | None) -> None:
    """Raise the alert of a night that failed before its build. report_date (ISO): None if it had not been chosen."""
    day = date.fromisoformat(report_date) if report_date else None
    raise_alert(_alert(alert_kinds()["night_not_started"], divisions().prefecture, [{}], day, None))


def _figures(given: Row) -> Figures:
    """From the publication itself, as an analyst sees it."""
    with database.connect("wh_reporter") as connection, connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("select marts.pin(%(build)s)", given)
        return {kind: cursor.execute(query(kind), given).fetchall() for kind in FIGURES}


def _judged(figures: Figures, register_gaps: Mapping[str, Row]) -> Figures:
    """The figures, with zero-employment households of incomplete registers as an alert of its own that says so.

    Where a county never sent an employment register every household would be one: no alert is raised.
    """
    certain, uncertain = [], []
    for row in figures["zero_employment"]:
        gap = register_gaps.get(row["unit"])
        if gap is None:
            certain.append(row)
        elif gap["carried_from"]:
            uncertain.append({**row, **gap})
    return {**figures, "zero_employment": certain, "zero_employment_uncertain": uncertain}


def _unattended(given: Row) -> Figures:
    """What was raised just now and has been open for days, for the prefecture."""
    with database.connect("wh_publisher") as connection, connection.cursor(row_factory=dict_row) as cursor:
        return {"unattended": cursor.execute(query("unattended"), given).fetchall()}


def _alerts(rows: Figures, report_date: date, build: int) -> list[Alert]:
    """One alert for each kind and unit of the rows."""
    return [
        _alert(alert_kinds()[kind], unit, list(of_unit), report_date, build)
        for kind, of_kind in rows.items()
        for unit, of_unit in groupby(of_kind, key=lambda row: str(row["unit"]))
    ]


def _alert(kind: AlertKind, unit: str, rows: Sequence[Row], report_date: date | None, build: int | None) -> Alert:
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
        link=kind.link.format(unit=quote(unit)),
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
    """The departments that answer for these feeds, each once."""
    return "、".join(dict.fromkeys(contract(feed).owner for feed in feeds))
