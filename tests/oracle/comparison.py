"""Rows of a mart against the rows that the oracle expects: which are missing, and every figure that differs."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from employment_warehouse.identity import tokens

KEYS: dict[str, tuple[str, ...]] = {
    "target_progress": ("county_code", "target_code", "basis"),
    "employment_stock": ("county_code", "population_category", "channel", "destination"),
    "zero_employment_household": ("county_code", "household_no", "opened_on"),
    "zero_employment_summary": ("county_code", "is_relocated"),
    "relief_project_monitor": ("project_no",),
    "relief_payroll_check": ("project_no", "period", "person_key", "crew", "finding"),
}
"""The keys of the first marts, which the demonstration's run compares."""
ALL_KEYS = KEYS | {
    "headline_series": ("on_date", "county_code", "indicator"),
    "restatement": ("on_date", "county_code", "indicator"),
    "employment_flow": ("county_code", "week", "poverty_alleviated"),
    "income_stability": ("county_code", "month", "population_category"),
    "return_risk": ("county_code", "household_no"),
    "labor_cooperation": ("county_code", "partner_code", "month"),
    "local_employment": ("county_code", "township_code", "month"),
    "workshop_monitor": ("county_code", "workshop_no", "month"),
    "relief_demand": ("county_code", "township_code", "month"),
    "public_post_monitor": ("county_code", "post_category", "month"),
    "public_post_finding": ("county_code", "post_no", "finding", "opened_on"),
    "service_effect": ("county_code", "service_type", "training_type", "month"),
    "dispute_monitor": ("county_code", "month"),
    "youth_monitor": ("county_code", "level", "graduation_year"),
    "resettlement_site_monitor": ("county_code", "resettlement_site_no"),
    "cross_feed_reconciliation": ("county_code", "pair"),
    "finding_case": ("case_kind", "finding", "case_key", "opened_on"),
    "vacancy_monitor": ("county_code", "channel", "month"),
    "public_post_funds": ("county_code", "fund_source", "month"),
    "labor_brand_monitor": ("labor_brand", "month"),
    "transport_allowance": ("county_code", "year"),
    "layoff_watch": ("employer_key", "month"),
    "industry_absorption": ("county_code", "industry", "month"),
    "youth_unemployment": ("county_code", "age_group", "education"),
    "indicator": ("code",),
    "indicator_value": ("indicator", "county_code", "period"),
    "key_county_compare": ("county_code", "indicator"),
    "report_daily": ("county_code", "indicator"),
    "report_weekly": ("county_code", "indicator"),
    "report_monthly": ("county_code", "indicator"),
    "payroll_finding_summary": ("county_code", "finding"),
    "double_registration": ("county_code", "person_key"),
    "feed_timeliness": ("feed", "county_code"),
}
TEXTS = ("name_zh", "name_en", "definition_zh", "definition_en", "formula")
PLACES = ("grain", "mart", "column", "clause", "source", "sensitivity", "feeds")
PARTS = ("numerator", "denominator")
ROWS_BEHIND = "the keys of the rows behind it; tests/spec/marts has cases"
NO_RULE = "nothing until the operator sets a share (seed site_job_ratio)"
NOT_COMPARED: dict[str, dict[str, str]] = {
    "restatement": {"published_in": "a number that the warehouse gives"},
    "public_post_finding": {"evidence": ROWS_BEHIND, "township_code": "of the post, as its register has it"},
    "finding_case": {
        "evidence": ROWS_BEHIND,
        "township_code": "compared where the mart that finds the case has one",
        "unit_to_act_zh": "a text of the seed case_rule with a name; tests/spec/marts/finding_case.md",
        "unit_to_act_en": "likewise",
    },
    "layoff_watch": {"employer_name": "one of several spellings"},
    "resettlement_site_monitor": {"required_share": NO_RULE, "is_below_required_share": NO_RULE},
    "indicator": dict.fromkeys((*TEXTS, *PLACES, *PARTS, "is_counted_of"), "what the YAML says, as it is"),
    "indicator_value": dict.fromkeys(PARTS, "sides of the value, which is compared"),
    "feed_timeliness": dict.fromkeys(("expected_by", "arrived_at"), "an instant by the clock"),
}
"""Columns of marts that the calculation leaves out, and why."""
OF_THE_PUBLICATION = {"publication", "report_date"}
"""Columns of every mart: by which publication its rows are shown."""


def token_of(id_number: str) -> str:
    """The warehouse's token of a person."""
    return str(uuid.UUID(bytes=tokens(pl.Series("id_number", [id_number]), "person")[0]))


def differences(
    mart: str,
    expected: Sequence[Mapping[str, Any]],
    found: Sequence[Mapping[str, Any]],
    person: Callable[[str], str] = token_of,
) -> Iterator[str]:
    """What is missing, what is too much, and each value that differs; nothing: the mart is as it must be."""
    key = ALL_KEYS[mart]
    wanted = {tuple(_text(row[name]) for name in key): row for row in (_with_token(row, person) for row in expected)}
    shown = {tuple(_text(row[name]) for name in key): row for row in found}
    if len(expected) != len(found) or len(wanted) != len(expected):
        yield f"{mart}: {len(found)} rows ({len(shown)} keys), must be {len(expected)} ({len(wanted)} keys)"
    if wanted and shown:
        left_out = _columns(shown) - _columns(wanted) - OF_THE_PUBLICATION - NOT_COMPARED.get(mart, {}).keys()
        yield from (f"{mart}: {name} is not calculated" for name in sorted(left_out))
    yield from (f"{mart}: missing {place}" for place in sorted(wanted.keys() - shown.keys()))
    yield from (f"{mart}: too much {place}" for place in sorted(shown.keys() - wanted.keys()))
    for place in sorted(wanted.keys() & shown.keys()):
        for name, value in wanted[place].items():
            if not name.startswith("_") and not _is_same(value, shown[place].get(name, "no such column")):
                yield f"{mart} {place}: {name} is {shown[place].get(name, 'no such column')!r}, must be {value!r}"


def _columns(rows: Mapping[Any, Mapping[str, Any]]) -> set[str]:
    """The columns that each of some rows has."""
    return set.intersection(*(set(row) for row in rows.values()))


def _with_token(row: Mapping[str, Any], person: Callable[[str], str]) -> dict[str, Any]:
    shown = dict(row)
    if "_person" in shown:
        shown["case_key"] = shown["case_key"].replace(shown["_person"], person(shown["_person"]))
    return shown | {"person_key": person(shown.pop("id_number"))} if "id_number" in shown else shown


def _is_same(wanted: Any, found: Any) -> bool:
    """Equal, a number in the digits that the mart shows."""
    if isinstance(wanted, (list, tuple)):
        listed = found.strip("{}").split(",") if isinstance(found, str) else found
        return isinstance(listed, (list, tuple)) and list(map(_text, wanted)) == list(map(_text, listed))
    one, other = _number(wanted), _number(found)
    if one is None or other is None:
        return _text(wanted) == _text(found)
    if isinstance(found, Decimal) or (isinstance(found, str) and "." in found):
        return one.quantize(other, ROUND_HALF_UP) == other
    return abs(one - other) <= Decimal("0.0005") if isinstance(found, (str, float)) else one == other


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None or isinstance(value, date):
        return None
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / value.denominator
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return None


def _text(value: Any) -> str:
    """One form for what CSV, PostgreSQL and Python say: t or f, empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "t" if value else "f"
    number = _number(value)
    if isinstance(value, (Decimal, float)) and number is not None:
        return format(number.normalize(), "f")
    return str(value)


def figures(rows: Sequence[Mapping[str, Any]], key: tuple[str, ...]) -> int:
    """How many figures of a mart say something: neither 0 nor empty, and no part of the key."""
    return sum(
        bool(value) and not isinstance(value, str)
        for row in rows
        for name, value in row.items()
        if name not in key and not name.startswith("_")
    )
