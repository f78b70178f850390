"""Fixed names of the reports: targets, states, marks, units of measure, vintages; names of codes are in `dim_code`."""

from __future__ import annotations

from typing import NamedTuple

from employment_warehouse import fixed_names
from employment_warehouse.report.code_names import Label, code_names


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
# For the heads of tables.
SHORT_TARGETS = {
    "rural_employed": Label("农村劳动力", "Rural workers"),
    "poverty_alleviated_employed": Label("脱贫人口", "Poverty-alleviated"),
    "zero_employment_relocated_households": Label("零就业搬迁家庭", "Zero-employment"),
}
# By urgency.
_SIGNS = {"intake_failed": "✕", "held": "■", "missing": "○", "late": "◐", "on_time": "●"}
# Of a delivery; one that is held is named as what was due (`states`).
DELIVERY_STATES = {
    "landed": State("◔", "已入库，待汇总", "landed"),
    "accepted": State("●", "已采用", "accepted"),
    "refused": State("▲", "无法读取", "refused"),
    "withdrawn": State("–", "已作废", "withdrawn"),
}
# What a mark says of a figure.
MEANINGS = {
    "E": Label("应报未采用，为上次的数据", "what was due is not there: the last data"),
    "P": Label("本期未完", "the period is not over"),
    "M": Label("从未报送", "never reported"),
}
# As they stand beside a figure: a share has its sign there, a rate says its own in its name.
UNITS_OF_MEASURE = {unit: Label(*texts) for unit, texts in fixed_names.UNITS_OF_MEASURE.items()} | {
    "count": Label("个", ""),
    "share": Label("", ""),
    "rate": Label("", ""),
}
PRODUCTS = {name: Label(*texts) for name, texts in fixed_names.REPORTS.items()}
VINTAGES = {"flash": Label("快报", "flash"), "revised": Label("修订", "revised"), "final": Label("终版", "final")}


def targets() -> dict[str, Target]:
    """The targets of the notice by code, in its order."""
    named = code_names("target_code")
    return {
        code: Target(named[code].zh, named[code].en.capitalize(), UNITS_OF_MEASURE[unit])
        for code, unit in _TARGETS.items()
    }


def states() -> dict[str, State]:
    """The states of what was due by code, by urgency."""
    named = code_names("status")
    return {code: State(sign, *named[code]) for code, sign in _SIGNS.items()}


def marks() -> dict[str, Label]:
    """What stands beside a figure that is not as reported, by its obs_status."""
    named = code_names("obs_status")
    return {code: named[code] for code in MEANINGS}
