"""Names in the reports: targets, states, marks, vintages by the seed `code_name`; signs and units of measure."""

from __future__ import annotations

from typing import NamedTuple

from employment_warehouse import fixed_names
from employment_warehouse.report.code_names import Label, Labels, code_names


class Target(NamedTuple):
    """A target of the notice, and its unit of measure."""

    zh: str
    en: str
    unit_of_measure: Label


class State(NamedTuple):
    """The state of a due delivery, with its sign."""

    sign: str
    zh: str
    en: str


# In the notice's order, with what they count: the first is the headline's.
_TARGETS = {
    "rural_employed": "person",
    "poverty_alleviated_employed": "person",
    "zero_employment_relocated_households": "household",
}
# By urgency.
_SIGNS = {"intake_failed": "✕", "held": "■", "missing": "○", "late": "◐", "on_time": "●"}
# Of a delivery; one that is held is named as what was due (`states`).
_SIGNS_OF_DELIVERIES = {"landed": "◔", "accepted": "●", "refused": "▲", "withdrawn": "–"}
# What a mark says of a figure.
MEANINGS = {
    "E": Label("应报未采用，为上次的数据", "what was due is not there: the last data"),
    "P": Label("本期未完或报送未到", "the period is not over, or its file is still to come"),
    "M": Label("从未报送", "never reported"),
}
# As they stand beside a figure: a share has its sign there, a rate says its own in its name.
UNITS_OF_MEASURE = {unit: Label(*texts) for unit, texts in fixed_names.UNITS_OF_MEASURE.items()} | {
    "count": Label("个", ""),
    "share": Label("", ""),
    "rate": Label("", ""),
}
PRODUCTS = {name: Label(*texts) for name, texts in fixed_names.REPORTS.items()}


def targets() -> dict[str, Target]:
    """The targets of the notice by code, in its order."""
    named = code_names("target_code")
    return {
        code: Target(named[code].zh, named[code].en.capitalize(), UNITS_OF_MEASURE[unit])
        for code, unit in _TARGETS.items()
    }


def short_targets() -> dict[str, Label]:
    """The targets of the notice as the heads of tables name them, in its order."""
    named = code_names("target_short")
    return {code: named[code] for code in _TARGETS}


def vintages() -> Labels:
    """How final a figure is."""
    return code_names("vintage")


def delivery_states() -> dict[str, State]:
    """The states of a delivery by code."""
    named = code_names("delivery_status")
    return {code: State(sign, *named[code]) for code, sign in _SIGNS_OF_DELIVERIES.items()}


def states() -> dict[str, State]:
    """The states of what was due by code, by urgency."""
    named = code_names("status")
    return {code: State(sign, *named[code]) for code, sign in _SIGNS.items()}


def marks() -> dict[str, Label]:
    """What stands beside a figure that is not as reported, by its obs_status."""
    named = code_names("obs_status")
    return {code: named[code] for code in MEANINGS}
