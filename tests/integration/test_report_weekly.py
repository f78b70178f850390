"""The weekly dispatch: what the prefecture's page and workbook say, and what each county is given."""

from __future__ import annotations

import re
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest
from tests.kit.nights import publish, start_build
from tests.kit.publications import DAY, YUANYANG, division, figure, indicator, observed, store

from employment_warehouse import report
from employment_warehouse.contract.divisions import divisions

GEJIU = "532501"


@pytest.fixture
def build(warehouse: psycopg.Connection) -> int:
    """A build of 20 May with the names of the counties."""
    number = start_build(DAY)
    store(warehouse, "dim_division", number, map(division, [*divisions().counties, divisions().prefecture]))
    return number


def a_case(county: str, finding: str, key: str, amount: float | None, **more: Any) -> dict[str, Any]:
    return {
        "case_kind": "relief_payroll", "finding": finding, "case_key": key, "county_code": county, "amount": amount,
        "opened_on": "2024-05-10", "lines": 1, "unit_to_act_zh": "代发银行", "unit_to_act_en": "paying bank", **more,
    }  # fmt: skip


def test_a_countys_dispatch_lists_only_its_own_cases_by_urgency(warehouse: psycopg.Connection, build: int) -> None:
    store(warehouse, "dim_code", build, [
        {"code_list": "finding", "code": "unpaid", "name_zh": "全部欠发", "name_en": "unpaid"},
        {"code_list": "case_kind", "code": "relief_payroll", "name_zh": "工资核查线索", "name_en": "relief payroll"},
    ])  # fmt: skip
    store(warehouse, "finding_case", build, [
        a_case(YUANYANG, "unpaid", "532528YG1·2024-03-01·unpaid", 100),
        a_case(YUANYANG, "unpaid", "532528YG2·2024-03-01·unpaid", 900),
        a_case(YUANYANG, "unpaid", "532528YG3·2024-03-01·unpaid", 5, closed_on="2024-05-19", close_reason="resolved"),
        a_case("532501", "unpaid", "532501YG9·2024-03-01·unpaid", 7),
    ])  # fmt: skip
    store(warehouse, "indicator", build, [indicator("reporting_rate", "share")])
    rates = [figure("reporting_rate", YUANYANG, 0.5, rank=3, previous_value=0.4, previous_rank=5, change=0.1)]
    store(warehouse, "report_weekly", build, rates)
    paths = {path.name: path for path in report.write_weekly(publish(build))}
    own = paths[f"weekly-{build}-{YUANYANG}.html"].read_text(encoding="utf-8")
    assert "待办 2 项，其中以工代赈欠发 1,000.00 元；近7日新增 0 项，办结 1 项。" in own
    assert own.index("532528YG2 · 2024-03") < own.index("532528YG1 · 2024-03")
    assert "532528YG3" not in own
    assert "532501YG9" not in own
    assert "3 ↑2" in own
    assert "全部欠发" in own
    whole = paths[f"weekly-{build}.html"].read_text(encoding="utf-8")
    assert "全州待办 3 项，其中以工代赈欠发 1,007.00 元" in whole
    assert "532528YG2" not in whole
    rows = workbook_rows(paths[f"weekly-{build}-{YUANYANG}.xlsx"], "待办事项")
    assert [row[3] for row in rows[1:]] == ["532528YG2 · 2024-03", "532528YG1 · 2024-03"]
    assert [row[6] for row in rows[1:]] == [900, 100]
    counted = workbook_rows(paths[f"weekly-{build}.xlsx"], "各县市待办")
    assert [(*row[:3], row[4]) for row in counted[1:]] == [
        ("个旧市", "工资核查线索", 1, 7),
        ("元阳县", "工资核查线索", 2, 1000),
    ]
    assert openpyxl.load_workbook(paths[f"weekly-{build}.xlsx"]).sheetnames == ["各县市待办", "指标"]


def test_a_countys_dispatch_shows_only_what_its_logins_may_see(warehouse: psycopg.Connection, build: int) -> None:
    """Cases that rest on what another county reports, of a person on both registers, are on neither county's list;
    the prefecture counts them."""
    claimed = {
        "person_key": uuid.UUID(int=1),
        "county_code": YUANYANG,
        "household_no": "H1",
        "valid_from": "2024-01-01",
    }
    store(warehouse, "dim_person", build, [{**claimed, "also_listed_in": GEJIU}])
    household = {"case_kind": "zero_employment_household", "finding": "zero_employment_household"}
    store(warehouse, "finding_case", build, [
        a_case(YUANYANG, "", f"{YUANYANG}·H1", None) | household,
        a_case(YUANYANG, "", f"{YUANYANG}·H2", None) | household,
        a_case(GEJIU, "", f"{GEJIU}·H3", None) | household,
    ])  # fmt: skip
    store(warehouse, "indicator", build, [indicator("rural_employed", "person")])
    counts = {YUANYANG: 11, GEJIU: 22, divisions().prefecture: 33}
    store(warehouse, "report_weekly", build, (figure("rural_employed", code, count) for code, count in counts.items()))
    paths = {path.name: path for path in report.write_weekly(publish(build))}
    own = paths[f"weekly-{build}-{YUANYANG}.xlsx"]
    assert [row[3] for row in workbook_rows(own, "待办事项")[1:]] == ["H2"]
    assert workbook_rows(own, "指标") == [("县市", "RURAL_EMPLOYED"), ("元阳县", 11)]
    html = paths[f"weekly-{build}-{YUANYANG}.html"].read_text(encoding="utf-8")
    assert "待办 1 项；" in html
    assert ("H2" in html, "H1" in html) == (True, False)
    whole = paths[f"weekly-{build}.html"].read_text(encoding="utf-8")
    assert "全州待办 3 项" in whole
    assert "1 项涉及两县同列的人员，在其中一个县市从台账中删去之前，不列入县市调度单" in whole


def test_a_waived_case_is_counted_apart(warehouse: psycopg.Connection, build: int) -> None:
    """What it owes is in no sum; new in the week is what began in it, also if it is over or waived."""
    waived = {"opened_on": "2024-05-18", "waived_until": "2024-06-30"}
    store(warehouse, "finding_case", build, [
        a_case(YUANYANG, "unpaid", f"{YUANYANG}YG1·2024-03-01·unpaid", 100),
        a_case(YUANYANG, "unpaid", f"{YUANYANG}YG2·2024-03-01·unpaid", 5000, **waived),
        a_case(YUANYANG, "unpaid", f"{YUANYANG}YG3·2024-03-01·unpaid", 7, opened_on="2024-05-15")
        | {"closed_on": "2024-05-19", "close_reason": "resolved"},
        a_case(GEJIU, "unpaid", f"{GEJIU}YG4·2024-03-01·unpaid", 9, **waived),
    ])  # fmt: skip
    paths = {path.name: path for path in report.write_weekly(publish(build))}
    html = {name: path.read_text(encoding="utf-8") for name, path in paths.items() if name.endswith(".html")}
    own = html[f"weekly-{build}-{YUANYANG}.html"]
    assert "待办 1 项，其中以工代赈欠发 100.00 元；近7日新增 2 项，办结 1 项；另有豁免 1 项，见同名工作簿。" in own
    assert "1 项，其中欠发 100.00 元" in own
    assert "YG2" not in own
    only_waived = html[f"weekly-{build}-{GEJIU}.html"]
    assert "没有待办事项；近7日新增 1 项，办结 0 项；另有豁免 1 项，见同名工作簿。" in only_waived
    assert "YG4" not in only_waived
    assert (
        "全州待办 1 项，其中以工代赈欠发 100.00 元；近7日新增 3 项，办结 1 项；另有豁免 2 项。"
        in html[f"weekly-{build}.html"]
    )
    rows = workbook_rows(paths[f"weekly-{build}-{YUANYANG}.xlsx"], "待办事项")
    assert rows[0][10] == "豁免至"
    assert [(row[3], str(row[10])[:10]) for row in rows[1:]] == [
        ("532528YG1 · 2024-03", "—"), ("532528YG2 · 2024-03", "2024-06-30"),
    ]  # fmt: skip
    counted = workbook_rows(paths[f"weekly-{build}.xlsx"], "各县市待办")
    assert [row[2:] for row in counted[1:]] == [(0, 1, "—", 1, 0), (1, 1, 100, 2, 1)]


def test_wages_with_several_findings_are_owed_once(warehouse: psycopg.Connection, build: int) -> None:
    """A line that the bank returned, of a worker without a contract, in a household at risk because of it; and a
    dispute. Each case has its amount; added up is only what is owed.
    """
    others = {
        "return_risk": f"{YUANYANG}·H1", "dispute_overdue": f"{YUANYANG}·D1·p", "public_post": f"{YUANYANG}·P1·x",
    }  # fmt: skip
    store(warehouse, "finding_case", build, [
        *(a_case(YUANYANG, found, f"{YUANYANG}YG1·2024-04-01·{found}", 3000)
          for found in ("unpaid", "bank_failed", "no_contract")),
        a_case(YUANYANG, "underpaid", f"{YUANYANG}YG2·2024-04-01·underpaid", 50),
        *(a_case(YUANYANG, kind, key, 3000) | {"case_kind": kind} for kind, key in others.items()),
    ])  # fmt: skip
    paths = {path.name: path for path in report.write_weekly(publish(build))}
    own = paths[f"weekly-{build}-{YUANYANG}.html"].read_text(encoding="utf-8")
    assert "待办 7 项，其中以工代赈欠发 3,050.00 元；" in own
    heads = [head.split("</span>")[0].split(">")[-1] for head in re.findall(r"<h2>.*?<small>(.*?)</small>", own)]
    assert heads == ["4 项，其中欠发 3,050.00 元", "1 项", "1 项", "1 项"]
    whole = paths[f"weekly-{build}.html"].read_text(encoding="utf-8")
    assert "全州待办 7 项，其中以工代赈欠发 3,050.00 元；" in whole
    assert "9,000.00" not in own + whole
    counted = workbook_rows(paths[f"weekly-{build}.xlsx"], "各县市待办")
    assert [row[4] for row in counted[1:]] == ["—", "—", 3050, "—"]


def test_a_workbooks_indicators_stand_in_the_order_of_the_reports(warehouse: psycopg.Connection, build: int) -> None:
    """And its head is as high as the longest of their names, which would be cut off otherwise."""
    codes = ("cases_open", "hires_week", "rural_employed")
    store(warehouse, "indicator", build, [indicator(code, "person") | {"name_zh": f"{code}的全名"} for code in codes])
    store(warehouse, "report_weekly", build, [figure(code, YUANYANG, 5) for code in codes])
    paths = {path.name: path for path in report.write_weekly(publish(build))}
    book = paths[f"weekly-{build}.xlsx"]
    heads = workbook_rows(book, "指标")[0]
    assert heads == ("县市", "rural_employed的全名", "hires_week的全名", "cases_open的全名")
    height = openpyxl.load_workbook(book)["指标"].row_dimensions[1].height
    assert height is not None
    assert height >= 30


def workbook_rows(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))


def test_a_workbook_marks_in_the_cell_what_was_not_reported_for_the_day(
    warehouse: psycopg.Connection, build: int
) -> None:
    """The cell stays a number, and the marks are explained below the table."""
    store(warehouse, "indicator", build, [indicator("rural_employed", "person")])
    carried = figure("rural_employed", YUANYANG, 122, obs_status="E")
    missing = figure("rural_employed", GEJIU, None, obs_status="M")
    store(warehouse, "report_weekly", build, [carried, missing, figure("rural_employed", "532503", 124)])
    paths = {path.name: path for path in report.write_weekly(publish(build))}
    sheet = openpyxl.load_workbook(paths[f"weekly-{build}.xlsx"])["指标"]
    cells = {row[0].value: row[1] for row in sheet.iter_rows(min_row=2)}
    assert (cells["元阳县"].value, cells["元阳县"].number_format) == (122, '#,##0" 沿用"')
    assert (cells["蒙自市"].value, cells["蒙自市"].number_format) == (124, "#,##0")
    assert cells["个旧市"].value == "— 缺"
    assert "标记：沿用 应报未采用，为上次的数据；缺 从未报送" in cells


def test_a_county_that_did_not_report_on_both_sundays_is_not_said_to_be_unchanged(
    warehouse: psycopg.Connection, build: int
) -> None:
    """The marts have a change of 0; the prefecture's is that of the others."""
    store(warehouse, "indicator", build, [indicator("rural_employed", "person", kind="S")])
    store(warehouse, "headline_series", build, (
        observed(day, code, "E" if (day, code) == ("2024-05-12", YUANYANG) else "A")
        for day in ("2024-05-12", "2024-05-19") for code in divisions().counties
    ))  # fmt: skip
    changes = {YUANYANG: 0, GEJIU: 0, divisions().prefecture: 7}
    store(warehouse, "report_weekly", build, (
        figure("rural_employed", code, 120, previous_value=110, change=change)
        for code, change in changes.items()
    ))  # fmt: skip
    paths = {path.name: path for path in report.write_weekly(publish(build))}
    named = "元阳县5月12日或5月19日的数据不全，不参加这两日的比较。"
    own, other, whole = (
        paths[f"weekly-{build}{suffix}.html"].read_text(encoding="utf-8")
        for suffix in (f"-{YUANYANG}", f"-{GEJIU}", "")
    )
    assert ("不可比" in own, named in own) == (True, True)
    assert ("不可比" in other, named in other) == (False, False)
    assert ("不可比" in whole, named in whole, "+7" in whole) == (False, True, True)


def test_a_figure_that_is_not_of_the_sunday_says_of_when_it_is(warehouse: psycopg.Connection, build: int) -> None:
    """On a Monday: the fairs of the month to date, and a share as of the report date beside the figure of Sunday."""
    store(warehouse, "indicator", build, [
        indicator("rural_employed", "person"), indicator("job_events", "event"),
        indicator("rural_employed_progress", "share"),
    ])  # fmt: skip
    to_date = {"period_from": "2024-05-01", "period_to": DAY, "previous_value": 24, "change": 8}
    tonight = {"period_from": DAY, "period_to": DAY, "rank": 3, "previous_rank": 3}
    for county in (YUANYANG, divisions().prefecture):
        store(warehouse, "report_weekly", build, [
            figure("rural_employed", county, 122), figure("job_events", county, 32, **to_date),
            figure("rural_employed_progress", county, 0.871, **tonight),
        ])  # fmt: skip
    paths = {path.name: path for path in report.write_weekly(publish(build))}
    for suffix in ("", f"-{YUANYANG}"):
        html = paths[f"weekly-{build}{suffix}.html"].read_text(encoding="utf-8")
        rows = {row.split("</span>")[0].split(">")[-1]: row for row in html.split('<td class="name">')[1:]}
        noted = {code: re.findall(r"（(\S*日)）", row) for code, row in rows.items()}
        assert noted == {
            "RURAL_EMPLOYED": [], "JOB_EVENTS": ["5月1日–20日"], "RURAL_EMPLOYED_PROGRESS": ["截至5月20日"],
        }  # fmt: skip
        assert ("本周" in html, "5月19日" in html) == (False, True)
        assert workbook_rows(paths[f"weekly-{build}{suffix}.xlsx"], "指标")[0] == (
            "县市", "RURAL_EMPLOYED", "RURAL_EMPLOYED_PROGRESS（截至5月20日）", "JOB_EVENTS（5月1日–20日）",
        )  # fmt: skip
    assert "截至5月20日务工规模完成率 87.1%，列全州第 3 位。" in html


def test_the_table_of_counties_adds_up_to_the_summary(warehouse: psycopg.Connection, build: int) -> None:
    """The case of a payroll whose project nobody has reported is the prefecture's own."""
    store(warehouse, "finding_case", build, [
        a_case(YUANYANG, "unpaid", "532528YG1·2024-03-01·unpaid", 100),
        a_case(divisions().prefecture, "unpaid", "YG8·2024-03-01·unpaid", 300),
        a_case(divisions().prefecture, "unpaid", "YG9·2024-03-01·unpaid", 600),
    ])  # fmt: skip
    page = {path.name: path for path in report.write_weekly(publish(build))}[f"weekly-{build}.html"]
    cases, ranks, *_ = page.read_text(encoding="utf-8").split("<table")[1:]
    assert re.findall(r"[\d,]+\.\d\d(?=</td>)", cases)[:3] == ["900.00", "100.00", "0.00"]
    assert (cases.count("<tr><td>"), ranks.count("<tr><td>")) == (14, 13)


@pytest.mark.parametrize("kind", ["N", "P"])
def test_a_figure_of_the_publication_says_so_on_a_sunday_too(warehouse: psycopg.Connection, kind: str) -> None:
    """On which the dispatch is made. It is compared with an earlier publication, whenever that was; that of a month,
    too, which begins on this Sunday.
    """
    build = start_build(date(2024, 5, 19))
    store(warehouse, "dim_division", build, map(division, [*divisions().counties, divisions().prefecture]))
    store(warehouse, "indicator", build, [
        indicator("rural_employed", "person", kind="S"), indicator("post_holders", "person", kind=kind),
    ])  # fmt: skip
    for code in ("rural_employed", "post_holders"):
        store(warehouse, "report_weekly", build, [figure(code, divisions().prefecture, 122)])
    page = {path.name: path for path in report.write_weekly(publish(build))}[f"weekly-{build}.html"]
    rows = page.read_text(encoding="utf-8").split('<td class="name">')[1:]
    assert [re.findall(r"（(\S*日)）", row) for row in rows] == [[], ["截至5月19日"]]
