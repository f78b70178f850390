"""The daily report of a publication whose marts are written straight into the store."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

import psycopg
import pytest
from tests.kit.nights import insert, publish, start_build

from employment_warehouse import report
from employment_warehouse.contract.divisions import divisions

DAY = date(2024, 5, 20)
YUANYANG = "532528"
PERSON = uuid.UUID(int=1)
TARGETS = ("rural_employed", "poverty_alleviated_employed", "zero_employment_relocated_households")


@pytest.fixture
def build(warehouse: psycopg.Connection) -> int:
    """A build of 20 May, 103 persons short of the target, with one county carried forward."""
    number = start_build(DAY)
    counties = [*divisions().counties, divisions().prefecture]
    store(warehouse, "dim_division", number, (division(code) for code in counties))
    store(warehouse, "target_progress", number, (progress(code, target) for code in counties for target in TARGETS))
    timeliness = {"feed": "employment", "county_code": YUANYANG, "status": "missing", "latest_on": "2024-05-18"}
    store(warehouse, "feed_timeliness", number, [timeliness])
    return number


def store(warehouse: psycopg.Connection, model: str, build: int, rows: Iterable[dict[str, Any]]) -> None:
    insert(warehouse, "store", model, ({**row, "from_build": build} for row in rows))


def division(code: str) -> dict[str, Any]:
    level = "prefecture" if code == divisions().prefecture else "county"
    names = {**divisions().counties, divisions().prefecture: divisions().prefecture_zh}
    return {"division_code": code, "level": level, "name_zh": names[code], "name_en": code}


def progress(code: str, target: str) -> dict[str, Any]:
    is_prefecture = code == divisions().prefecture
    return {
        "county_code": code, "target_code": target, "basis": "stock", "target_value": 1_000, "actual_value": 897,
        "progress_rate": 0.897, "scheduled_value": 900, "coverage": 1, "change_1d": -1 if is_prefecture else 0,
        "change_7d": 0, "deadline": "2024-12-31", "required_daily_change": 0.4578, "on_track": False,
        "obs_status": "E" if code == YUANYANG else "A",
        "carried_forward": [YUANYANG] if is_prefecture or code == YUANYANG else None,
    }  # fmt: skip


def page(build: int) -> str:
    return report.write_daily(publish(build)).read_text(encoding="utf-8")


@pytest.mark.quick
def test_the_report_says_what_is_carried_forward_compared_and_needed(build: int) -> None:
    html = page(build)
    assert "元阳县未报，沿用 5月18日数据。" in html
    assert "与昨日可比的 12 个县市合计减少 1 人；元阳县今日未报，不参加比较。" in html
    assert "到12月31日还差 103 人，平均每 2 天须净增 1 人" in html
    assert "今日需办" in html
    assert "红河州防止返贫就业日报" in html


def test_the_report_names_findings_as_the_seed_does_and_an_unknown_one_by_its_code(
    warehouse: psycopg.Connection, build: int
) -> None:
    findings = ("bank_failed", "from_a_rule_of_tomorrow")
    rows = (
        {"county_code": county, "finding": finding, "lines": 3, "persons": 3, "amount": 10}
        for finding in findings
        for county in (YUANYANG, divisions().prefecture)
    )
    store(warehouse, "payroll_finding_summary", build, rows)
    html = page(build)
    assert "代发退票" in html
    assert "其他（from_a_rule_of_tomorrow）" in html


def test_a_silent_platform_is_named_and_no_county_is_blamed_for_it(warehouse: psycopg.Connection, build: int) -> None:
    """Each county's figure is carried forward (E), but only Yuanyang has not reported."""
    warehouse.execute("update store.target_progress set obs_status = 'E'")
    orders = {"feed": "gig_orders", "county_code": divisions().prefecture, "status": "missing"}
    store(warehouse, "feed_timeliness", build, [{**orders, "latest_on": "2024-05-19"}])
    html = page(build)
    assert "元阳县未报，沿用 5月18日数据。零工订单未报，沿用 5月19日数据。" in html
    assert '<tr><td><span class="zh">红河哈尼族彝族自治州' in html.split("未报、迟报与暂扣")[1]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"target_value": None, "scheduled_value": None, "progress_rate": None}, "2024 年目标尚未录入"),
        ({"deadline": "2024-05-19"}, "目标已于 2024 年5月19日到期，新目标尚未录入"),
        ({}, "元阳县从未报送劳动力台账，未计入"),
    ],
)
def test_the_report_says_why_progress_cannot_be_judged(
    warehouse: psycopg.Connection, build: int, columns: dict[str, Any], reason: str
) -> None:
    """Actual 0 of a target of 0 included: no county may be shown as cleared that was never seen."""
    changed = {"on_track": None, "actual_value": 0, **columns}
    for column, value in changed.items():
        warehouse.execute(f"update store.target_progress set {column} = %s", (value,))
    if not columns:
        warehouse.execute("update store.target_progress set obs_status = 'M' where county_code = %s", (YUANYANG,))
    html = page(build)
    assert f"今日务工（就业）0 人，<em>无法判断进度（{reason}）</em>" in html
    assert html.count(f"无法判断进度：{reason}") == 3
    assert "0 户，无法判断是否清零" in html
    assert "已达进度线" not in html
    assert "已清零" not in html
