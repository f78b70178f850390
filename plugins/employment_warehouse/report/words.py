"""The fixed words of pages and how they write numbers; names of codes are in `dim_code`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from employment_warehouse.fixed_names import REPORTS
from employment_warehouse.report.labels import Label, code_names

Number = int | float | Decimal | None
NONE = "—"


class Target(NamedTuple):
    """A target of the notice, and its unit of measure."""

    zh: str
    en: str
    measure_zh: str
    measure_en: str


class State(NamedTuple):
    """The state of a due delivery, with its sign."""

    sign: str
    zh: str
    en: str


# In the notice's order: the first is the headline's.
_TARGET_MEASURES = {
    "rural_employed": ("人", "persons"),
    "poverty_alleviated_employed": ("人", "persons"),
    "zero_employment_relocated_households": ("户", "households"),
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
# Of indicators (`indicator.unit`); a share has its sign, a rate says its own in its name.
UNITS = {
    "person": Label("人", "persons"), "household": Label("户", "households"), "case": Label("件", "cases"),
    "job": Label("份工作", "jobs"), "post": Label("个岗位", "posts"), "event": Label("场", "events"),
    "count": Label("个", ""), "CNY": Label("元", "CNY"), "day": Label("天", "days"), "share": Label("", ""),
    "rate": Label("", ""),
}  # fmt: skip
PRODUCTS = {name: Label(*texts) for name, texts in REPORTS.items()}
VINTAGES = {"flash": Label("快报", "flash"), "revised": Label("修订", "revised"), "final": Label("终版", "final")}


def targets() -> dict[str, Target]:
    """The targets of the notice by code, in its order."""
    named = code_names("target_code")
    return {
        code: Target(named[code].zh, named[code].en.capitalize(), *measures)
        for code, measures in _TARGET_MEASURES.items()
    }


def states() -> dict[str, State]:
    """The states of what was due by code, by urgency."""
    named = code_names("status")
    return {code: State(sign, *named[code]) for code, sign in _SIGNS.items()}


def marks() -> dict[str, Label]:
    """What stands beside a figure that is not as reported, by its obs_status."""
    named = code_names("obs_status")
    return {code: named[code] for code in MEANINGS}


def rounded(value: int | float | Decimal, digits: int = 0) -> Decimal:
    """Half away from zero, as workbooks and marts round."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return exact if exact else abs(exact)  # no -0


def whole(value: Number) -> str:
    """A count in full, thousands separated."""
    return NONE if value is None else f"{rounded(value):,}"


def counted(number: Number, one: str, several: str) -> str:
    """A count with its English words: 1 county owes, 13 counties owe."""
    return f"{whole(number)} {one if number == 1 else several}"


def wan(value: Number) -> str:
    """A count for a headline: in 万 from ten thousand."""
    if value is None:
        return NONE
    exact = Decimal(str(value))
    return f"{rounded(exact / 10_000, 1):,} 万" if abs(exact) >= 10_000 else whole(exact)


def money(value: Number) -> str:
    """CNY with two decimals, thousands separated."""
    return NONE if value is None else f"{rounded(value, 2):,}"


def share(value: Number) -> str:
    """A share 0-1 as per cent with one decimal."""
    return NONE if value is None else f"{rounded(Decimal(str(value)) * 100, 1)}%"


def signed(value: Number) -> str:
    """A change, always with its sign."""
    return NONE if value is None else change(value, "count")


def day(value: date | datetime | None) -> str:
    """A date on a page: 5月20日."""
    return NONE if value is None else f"{value.month}月{value.day}日"


def day_en(value: date | datetime | None) -> str:
    """A date on an English page: 20 May."""
    return NONE if value is None else f"{value.day} {value:%B}"


def period(first: date, last: date) -> Label:
    """Of which time a figure is: of a day, or of a month to a day."""
    if first == last:
        return Label(f"截至{day(last)}", f"as of {day_en(last)}")
    return Label(f"{day(first)}–{last.day}日", f"{first.day}–{day_en(last)}")


def number(value: Number, unit: str) -> str:
    """A value of an indicator in its unit (`indicator.unit`): shares as per cent, amounts and rates with decimals."""
    if unit == "share":
        return share(value)
    if unit == "CNY":
        return money(value)
    return NONE if value is None else f"{rounded(value, 1):,}" if unit == "rate" else whole(value)


def change(value: Number, unit: str) -> str:
    """A change of an indicator, always with its sign; of a share in percentage points."""
    if value is None:
        return NONE
    if unit == "share":
        value = Decimal(str(value)) * 100
    moved = rounded(value, {"share": 1, "CNY": 2, "rate": 1}.get(unit, 0))
    return f"{moved:+,}" if moved else "0"
