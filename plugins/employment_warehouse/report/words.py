"""The fixed words of pages and how they write numbers; names of findings and channels are in `labels`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from employment_warehouse.report.labels import Label

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


TARGETS = {
    "rural_employed": Target("农村劳动力务工（就业）", "Rural workers employed", "人", "persons"),
    "poverty_alleviated_employed": Target(
        "脱贫人口（含监测对象）务工（就业）", "Poverty-alleviated workers employed", "人", "persons"
    ),
    "zero_employment_relocated_households": Target(
        "有劳动力的零就业搬迁家庭", "Relocated households with nobody employed", "户", "households"
    ),
}
STATES = {
    "on_time": State("●", "按时", "on time"),
    "late": State("◐", "迟报", "late"),
    "missing": State("○", "未报", "missing"),
    "held": State("■", "暂扣", "held"),
    "intake_failed": State("✕", "入库失败（系统原因）", "not ingested (our fault)"),
}
MARKS = {"E": Label("沿用", "carried forward"), "P": Label("暂定", "provisional"), "M": Label("缺", "missing")}
VINTAGES = {"flash": Label("快报", "flash"), "revised": Label("修订", "revised"), "final": Label("终版", "final")}
STAGES = {
    "list": Label("制表", "listing"),
    "sign": Label("签字", "signing"),
    "approve": Label("审批", "approval"),
    "send": Label("报送银行", "sending"),
    "credit": Label("入账", "crediting"),
}


def whole(value: Number) -> str:
    """A count in full, thousands separated."""
    return NONE if value is None else f"{round(value):,}"


def wan(value: Number) -> str:
    """A count for a headline: in 万 from ten thousand."""
    if value is None:
        return NONE
    return f"{float(value) / 10_000:,.1f} 万" if abs(float(value)) >= 10_000 else whole(value)


def money(value: Number) -> str:
    """CNY with two decimals, thousands separated."""
    return NONE if value is None else f"{value:,.2f}"


def share(value: Number) -> str:
    """A share 0-1 as per cent with one decimal."""
    return NONE if value is None else f"{float(value):.1%}"


def signed(value: Number) -> str:
    """A change, always with its sign."""
    return NONE if value is None else f"{round(value):+,}" if round(value) else "0"


def day(value: date | datetime | None) -> str:
    """A date on a page: 5月20日."""
    return NONE if value is None else f"{value.month}月{value.day}日"


def mark(obs_status: str | None) -> str:
    """The mark of a value that is carried forward, provisional or missing; empty for an ordinary one."""
    return f"（{MARKS[obs_status].zh}）" if obs_status in MARKS else ""
