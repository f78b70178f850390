"""Settings: targets, limits, rules and the calendar, by date; what operators change is on the record."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from employment_warehouse import publication
from employment_warehouse.console.console_names import CAMPAIGN
from employment_warehouse.console.page import Page, Visit, day_of
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.database import OWN_LOGIN, connect, refusals
from employment_warehouse.database.setting_validation import ALL_JOINED
from employment_warehouse.report import formats, report_names
from employment_warehouse.report.code_names import code_names
from employment_warehouse.settings import TIMEZONE

page = Page("/settings", "设置", "Settings", needs=("seeds.setting",))
Reason = Annotated[str, Form()]
SHOWN = ("targets", "settings", "rules", "holidays", "key_counties", "not_joined")


@page.router.get("/settings")
def show(on: str = "", visit: Visit = page.visitor) -> Response:
    """What is in force on a date, by default today, and what follows."""
    chosen = day_of(on) or datetime.now(TIMEZONE).date()
    with visit.reading() as read:
        shown = {name: read(name, on=chosen) for name in SHOWN}
        first = read.one("first_scheduled")
    return visit.show(
        "settings.html.j2",
        on=chosen,
        first=first,
        target_names=report_names.short_targets(),
        counties=list(divisions().counties),
        campaign=CAMPAIGN,
        levels=code_names("key_county_level"),
        **shown,
    )


@page.router.post("/settings/target")
def change_target(  # noqa: PLR0913, PLR0917  each a field of the form
    county: Annotated[str, Form()],
    target: Annotated[str, Form()],
    first: Annotated[date, Form()],
    value: Annotated[int, Form(ge=0)],
    reason: Reason,
    visit: Visit = page.visitor,
) -> Response:
    """Another target from a date on."""
    _decide(visit, "select ops.decide_target(%s, %s, %s, %s, %s)", target, county, first, value, reason)
    return visit.go("/settings", f"已更改目标，自 {first} 起为 {value:,} | The target is {value:,} from {first} on")


@page.router.post("/settings/setting")
def change_setting(
    name: Annotated[str, Form()],
    first: Annotated[date, Form()],
    value: Annotated[str, Form()],
    reason: Reason,
    visit: Visit = page.visitor,
) -> Response:
    """Another value of a setting from a date on."""
    _decide(visit, "select ops.decide_setting(%s, %s, %s, %s)", name, first, value, reason)
    return visit.go("/settings", f"已更改参数 {name}，自 {first} 起为 {value} | {name} is {value} from {first} on")


@page.router.post("/settings/campaign")
def change_campaign(
    first: Annotated[date, Form()], value: Annotated[str, Form()], reason: Reason, visit: Visit = page.visitor
) -> Response:
    """How often the registers are due from a date on; `none` ends the campaign."""
    _decide(visit, "select ops.decide_setting('campaign_frequency', %s, %s, %s)", first, value, reason)
    known = CAMPAIGN[value.strip()]
    return visit.go("/settings", f"专项行动自 {first} 起：{known.zh} | The campaign from {first} on: {known.en}")


@page.router.post("/settings/joined")
def change_joined(
    first: Annotated[date, Form()],
    reason: Reason,
    joined: Annotated[list[str] | None, Form()] = None,
    visit: Visit = page.visitor,
) -> Response:
    """Which counties report from a date on."""
    missing = [code for code in divisions().counties if code not in (joined or [])]
    value = ",".join(missing) or ALL_JOINED
    _decide(visit, "select ops.decide_setting('counties_not_joined', %s, %s, %s)", first, value, reason)
    count = len(divisions().counties) - len(missing)
    report = formats.counted(count, "county reports", "counties report")
    return visit.go("/settings", f"自 {first} 起 {count} 个县市报送 | {report} from {first} on")


@page.router.post("/settings/key-county")
def change_key_county(
    county: Annotated[str, Form()],
    first: Annotated[date, Form()],
    reason: Reason,
    level: Annotated[str, Form()] = "",
    visit: Visit = page.visitor,
) -> Response:
    """Another level of a county that the notice supports above others, from a date on."""
    _decide(visit, "select ops.decide_key_county(%s, %s, %s, %s)", county, first, level, reason)
    return visit.go("/settings", f"已更改重点县，自 {first} 起 | The key county is changed from {first} on")


@page.router.post("/settings/holidays")
def add_holidays(  # noqa: PLR0913, PLR0917  each a field of the form
    first: Annotated[date, Form()],
    last: Annotated[date, Form()],
    name_zh: Annotated[str, Form()],
    working: Annotated[bool, Form()],
    reason: Reason,
    name_en: Annotated[str, Form()] = "",
    visit: Visit = page.visitor,
) -> Response:
    """Days that are a holiday, or worked for one."""
    act = "select ops.decide_holidays(%s, %s, %s, %s, %s, %s)"
    _decide(visit, act, first, last, working, name_zh, name_en, reason)
    return visit.go(f"/settings?on={first}", f"已登记 {first} 至 {last} | {first} to {last} are on the record")


@page.router.post("/settings/rule")
def decide_rule(
    finding: Annotated[str, Form()],
    first: Annotated[date, Form()],
    enabled: Annotated[bool, Form()],
    reason: Reason,
    visit: Visit = page.visitor,
) -> Response:
    """Switch a rule on or off from a date, on a legal basis."""
    with visit.acting():
        publication.decide_rule(finding, first, enabled=enabled, legal_basis=reason)
    return visit.go("/settings", f"已决定规则 {finding}，自 {first} 起 | The rule {finding} is decided from {first} on")


@page.router.post("/settings/begin")
def begin_nights(first: Annotated[date, Form()], visit: Visit = page.visitor) -> Response:
    """Let scheduled nights run from a date on."""
    with visit.acting():
        publication.begin_nights(first)
    return visit.go("/settings", f"自动夜间流程自 {first} 起运行 | Scheduled nights run from {first} on")


@page.router.post("/settings/close-month")
def close_month(
    month: Annotated[str, Form(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")], visit: Visit = page.visitor
) -> Response:
    """Make the standing publication final for a month."""
    with visit.acting():
        final = publication.close_month(date.fromisoformat(f"{month}-01"))
    return visit.go(
        "/settings",
        f"已结账 {month}，终版为第 {final} 号；"
        "是最近一个完整月份的，下一次发布之前在 Airflow 中运行 report_monthly，即出终版通报 |"
        f" {month} is closed, final in no. {final}; where it is the last complete month, run report_monthly in Airflow"
        " before the next publication: its bulletin is final then",
    )


def _decide(visit: Visit, act: str, *parameters: object) -> None:
    """In this person's name; what the database refuses, it refuses in its own words."""
    with visit.acting(), refusals(), connect(OWN_LOGIN) as connection:
        connection.execute(act, parameters)
