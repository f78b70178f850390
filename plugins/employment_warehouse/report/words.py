"""The words and number forms of pages: the same everywhere, Chinese first."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

Number = int | float | Decimal | None
NONE = "—"

TARGETS = {
    "rural_employed": ("农村劳动力在岗", "Rural workers employed", "人", "persons"),
    "poverty_alleviated_employed": (
        "脱贫人口（含监测对象）在岗",
        "Poverty-alleviated workers employed",
        "人",
        "persons",
    ),
    "zero_employment_relocated_households": (
        "有劳动力的零就业搬迁家庭",
        "Relocated households with nobody employed",
        "户",
        "households",
    ),
}
STATES = {
    "on_time": ("●", "按时", "on time"),
    "late": ("◐", "迟报", "late"),
    "missing": ("○", "未报", "missing"),
    "held": ("■", "暂扣", "held"),
}
MARKS = {"E": ("沿用", "carried forward"), "P": ("暂定", "provisional"), "M": ("缺", "missing")}
VINTAGES = {"flash": ("快报", "flash"), "revised": ("修订", "revised"), "final": ("终版", "final")}
CHANNELS = {
    "enterprise": ("企业就业", "enterprise"),
    "workshop": ("帮扶车间", "workshop"),
    "public_post": ("公益性岗位", "public post"),
    "work_relief": ("以工代赈", "work relief"),
    "gig": ("灵活就业", "gig work"),
    "self_employed": ("自主创业", "self-employed"),
}
FINDINGS = {
    "unpaid": ("到期未发", "unpaid after the pay date"),
    "underpaid": ("少发", "underpaid"),
    "paid_late": ("迟发", "paid late"),
    "no_contract": ("无劳务协议", "no contract"),
    "days_over_calendar": ("出工天数超过日历", "more days than the calendar has"),
    "paid_twice": ("多发", "credited more than due"),
    "bank_failed": ("银行退回", "the last bank attempt failed"),
    "bank_amount_differs": ("银行入账金额不符", "the bank's amount differs"),
    "account_shared": ("一个账户多人领取", "one account, several persons"),
    "not_on_register": ("不在劳动力台账", "not on the register"),
    "employed_elsewhere_full_time": ("同期另有全职", "full-time work elsewhere"),
    "deceased": ("已故人员领取", "paid after death"),
    "underage": ("未满16岁", "under 16"),
}
STAGES = {
    "list": ("制表", "listing"),
    "sign": ("签字", "signing"),
    "approve": ("审批", "approval"),
    "send": ("报送银行", "sending"),
    "credit": ("入账", "crediting"),
}


def whole(value: Number) -> str:
    """A count in full, thousands separated."""
    return NONE if value is None else f"{round(value):,}"


def wan(value: Number) -> str:
    """A headline count: in 万 from ten thousand on."""
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
    """A change: its sign always stands before it."""
    return NONE if value is None else f"{round(value):+,}" if round(value) else "0"


def day(value: date | datetime | None) -> str:
    """A date on a page: 5月20日."""
    return NONE if value is None else f"{value.month}月{value.day}日"


def mark(obs_status: str | None) -> str:
    """The mark of a value that is carried forward, provisional or missing; empty for a normal one."""
    return f"（{MARKS[obs_status][0]}）" if obs_status in MARKS else ""
