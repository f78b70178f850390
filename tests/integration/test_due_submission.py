"""What became of a delivery that was due: the console, a county's own page and the marts say the same of it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from fastapi import FastAPI
from tests.kit.console import browser_of, database_variables, served
from tests.kit.nights import Nights, count_unit_tests, publish, start_build

from employment_warehouse.console.queries import query
from employment_warehouse.database import OWN_LOGIN
from employment_warehouse.settings import TIMEZONE

# In time and late for what is due at 20:00 of yesterday, whose nights are built today.
YESTERDAY = datetime.now(TIMEZONE).date() - timedelta(days=1)
MORNING = f"{YESTERDAY + timedelta(days=1)} 00:05+08"
IN_TIME, LATE = f"{YESTERDAY} 19:00+08", f"{YESTERDAY} 20:30+08"
# unit → its deliveries of the register: (part, revision, kind, status, arrived), and what is said of the report.
REGISTERS = {
    "532501": ([("", 1, "file", "accepted", IN_TIME), ("", 2, "file", "accepted", MORNING)], "on_time"),
    "532502": ([("", 1, "file", "held", IN_TIME), ("", 2, "file", "accepted", MORNING)], "late"),
    "532503": ([("", 1, "file", "accepted", IN_TIME), ("", 2, "file", "held", LATE)], "on_time"),
    "532504": ([("", 1, "file", "accepted", IN_TIME), ("～001", 1, "correction", "accepted", MORNING)], "on_time"),
    "532523": ([("", 1, "file", "held", IN_TIME)], "held"),
    "532524": ([("", 1, "file", "refused", IN_TIME)], "missing"),
    "532525": ([("", 1, "file", "accepted", IN_TIME), ("2", 1, "file", "accepted", LATE)], "late"),
    "532527": ([("", 1, "file", "accepted", LATE)], "late"),
    "532528": ([], "missing"),
    "532529": ([("", 1, "file", "withdrawn", IN_TIME)], "missing"),  # by a rollback
    "532530": ([("", 1, "file", "accepted", IN_TIME), ("", 2, "file", "refused", LATE)], "on_time"),
    "532531": (  # a return workbook that is replaced
        [
            ("", 1, "file", "accepted", IN_TIME),
            ("～001", 1, "correction", "accepted", MORNING),
            ("～001", 2, "withdrawn", "accepted", MORNING),
        ],
        "on_time",
    ),
    "532532": (  # a part that was held is removed
        [
            ("", 1, "file", "accepted", IN_TIME),
            ("2", 1, "file", "held", IN_TIME),
            ("2", 2, "withdrawn", "accepted", MORNING),
        ],
        "on_time",
    ),
}
PLATFORM = ("gig_orders", "hr_platform")  # read at 21:30, due at 20:00


@pytest.fixture
def build(nights: Nights) -> int:
    """Yesterday's morning build, unpublished."""
    registers = {("employment", unit): given for unit, (given, _) in REGISTERS.items()}
    read = {PLATFORM: [("", 1, "pages", "accepted", f"{YESTERDAY} 21:30+08")]}
    for (feed, unit), given in (registers | read).items():
        nights.connection.execute(
            "insert into ops.due values (%s, %s, %s, (%s::date + time '20:00') at time zone 'Asia/Shanghai')",
            (feed, unit, YESTERDAY, YESTERDAY),
        )
        for part, revision, kind, *_ in given:
            nights.deliver(feed, unit, YESTERDAY, part=part, revision=revision, kind=kind)
    number = start_build(YESTERDAY)
    for (feed, unit), given in (registers | read).items():
        for part, revision, _, status, arrived in given:
            nights.connection.execute(
                "update ops.delivery set status = %s, reason = %s, arrived_at = %s"
                " where (feed, unit, part, revision) = (%s, %s, %s, %s)",
                (status, "empty_file" if status == "refused" else None, arrived, feed, unit, part, revision),
            )
    return number


def test_console_and_marts_say_the_same_of_every_report(nights: Nights, build: int) -> None:
    nights.build(build, "int_unit_submission")
    assert count_unit_tests("int_unit_submission") >= 1
    expected = {("employment", unit): state for unit, (_, state) in REGISTERS.items()} | {PLATFORM: "on_time"}
    assert {(feed, unit): state for feed, unit, state in nights.rows(
        "select feed, unit, status from tonight.int_unit_submission where is_due"
    )} == expected  # fmt: skip
    shown = nights.connection.execute(query("due_of_night"), {"build": build}).fetchall()
    said = {(feed, unit): (number, state) for feed, unit, _, number, _, state in shown}
    assert {report: "missing" if state == "refused" else state for report, (_, state) in said.items()} == expected
    assert said["employment", "532524"][1] == "refused"
    # The delivery behind each: what is in use, else what is held, else what could not be read.
    used = "select max(delivery_id) from ops.delivery where unit = %s and status = %s"
    for unit, status in (("532502", "accepted"), ("532503", "accepted"), ("532523", "held"), ("532524", "refused")):
        assert said["employment", unit][0] == nights.scalar(used, unit, status)
    assert said["employment", "532528"][0] is said["employment", "532529"][0] is None


@pytest.fixture
def console(build: int, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    publish(build)
    for name, value in database_variables().items():
        monkeypatch.setenv(name, value)
    return served()


def test_the_page_tonight_offers_what_is_held_and_not_replaced(console: FastAPI, nights: Nights) -> None:
    page = browser_of(OWN_LOGIN, console).get("/tonight").text
    assert re.search("<em>(.*?)</em>", page)[1] == "1 份暂扣、2 份未报、1 份无法读取"  # type: ignore[index]
    assert "项目、批次和平台" not in page  # the platform was on time
    offered = {int(number) for number in re.findall(r'/deliveries/(\d+)">查看并放行', page)}
    held = "select delivery_id from ops.delivery where status = 'held' and unit not in ('532502', '532532')"
    assert offered == {number for (number,) in nights.rows(held)}


OWN_PAGES = {
    "532501": ("近期应报的都已报送", ["● 按时"]),
    "532502": ("近期应报的都已报送", ["◐ 迟报"]),
    "532504": ("近期应报的都已报送", ["● 按时", "—"]),  # the workbook with the correction was not due
    "532523": ("暂扣", ["■ 暂扣"]),
    "532524": ("未报 1 份", ["○ 未报"]),
    "532528": ("未报 1 份", ["○ 未报"]),
    "532531": ("近期应报的都已报送", ["● 按时", "—"]),
}


def test_a_countys_own_page_says_what_the_marts_say(console: FastAPI) -> None:
    for county, (answer, states) in OWN_PAGES.items():
        page = browser_of(f"county_{county}", console).get("/uploads").text
        said, listed = page.split('<h2 id="send">')[0], page.split("报送记录</h2>")[1]
        assert answer in said, county
        rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr><td>.*?</tr>", listed)]
        assert sorted(row[3] for row in rows) == sorted(states), county


def test_a_report_that_was_sent_before_it_was_due_answers_it(console: FastAPI, nights: Nights) -> None:
    """Weekly, and sent two days early: nothing is missing on the county's page. An older snapshot that is still held is
    no longer the county's business once a later one is accepted.
    """
    early, before = YESTERDAY - timedelta(days=2), YESTERDAY - timedelta(days=7)
    for on in (before, YESTERDAY):
        nights.connection.execute(
            "insert into ops.due values ('job_event', '532527', %s, %s::date + time '20:00')", (on, on)
        )
    for feed, on in (("job_event", before), ("job_event", early), ("employment", early)):
        nights.deliver(feed, "532527", on, kind="file")
    nights.start(YESTERDAY)
    nights.connection.execute(
        "update ops.delivery set status = 'held' where feed = 'employment' and report_date = %s", (early,)
    )
    said = browser_of("county_532527", console).get("/uploads").text.split('<h2 id="send">')[0]
    assert "近期应报的都已报送" in said
    assert "暂扣" not in said
