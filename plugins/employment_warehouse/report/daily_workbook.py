"""The workbook of the daily report: everything, where its page shows a selection."""

from __future__ import annotations

from employment_warehouse.contract import contract_of
from employment_warehouse.report import code_names, report_names
from employment_warehouse.report.figures import Figures, Row
from employment_warehouse.report.workbook import Sheet, indicator_sheet, table_sheet, write_workbook


def daily_workbook(figures: Figures) -> bytes:
    """All indicators of the day by county, all projects that owe, all findings and all feeds."""
    return write_workbook(
        figures["publication"],
        [
            indicator_sheet("指标", figures),
            _wages_by_county(figures),
            _wages_by_project(figures),
            _findings(figures),
            _feeds(figures),
        ],
    )


def _county_names(figures: Figures) -> dict[str, str]:
    return {row["county_code"]: row["name_zh"] for row in figures["counties"]}


def _wages_by_county(figures: Figures) -> Sheet:
    counties = _county_names(figures)
    return table_sheet(
        "各县市欠发",
        ["县市", "欠发（元）", "以工代赈（元）", "公益性岗位（元）", "人数", "最早约定发放日"],
        (
            (
                counties.get(row["county_code"]),
                row["arrears"],
                row["relief"],
                row["posts"],
                row["persons"],
                row["since"],
            )
            for row in figures["wages_by_county"]
        ),
    )


def _wages_by_project(figures: Figures) -> Sheet:
    counties, stages = _county_names(figures), code_names.names(figures["names"])["stage"]
    return table_sheet(
        "欠发项目",
        [
            "项目编号", "项目", "县市", "应发（元）", "已发（元）", "欠发（元）", "欠发天数", "最慢环节",
            "代发退票（笔）",
        ],
        (
            (
                row["project_no"], row["project_name"], counties.get(row["county_code"]), row["wages_due"],
                row["wages_paid"], row["arrears"], row["arrears_age_days"],
                stages[row["slowest_stage"]].zh if row["slowest_stage"] else None,
                row["rejected_payments"],
            )
            for row in figures["wages_owed"]
        ),
    )  # fmt: skip


def _findings(figures: Figures) -> Sheet:
    counties, findings = _county_names(figures), code_names.names(figures["names"])["finding"]
    return table_sheet(
        "核查线索",
        ["线索", "县市", "条数", "涉及金额（元）"],
        (
            (findings[row["finding"]].zh, counties.get(row["county_code"]), row["lines"], row["amount"])
            for row in figures["findings"]
        ),
    )


def _feeds(figures: Figures) -> Sheet:
    counties, states = _county_names(figures), report_names.states()
    return table_sheet(
        "报送情况",
        ["县市", "报表", "状态", "读入行", "入库行", "退回行", "暂扣报送编号"],
        (
            (
                counties.get(row["county_code"]), contract_of(row["feed"]).title_zh, states[row["status"]].zh,
                row["rows_read"], row["rows_landed"], row["rows_rejected"], row["delivery_numbers"],
            )
            for row in feed_states(figures)
        ),
    )  # fmt: skip


def feed_states(figures: Figures) -> list[Row]:
    """The state of each feed in each county, and of what is held the numbers.

    What a county has held is listed also where the mart has another state for the feed: a feed of several projects has
    the worst of them.
    """
    held = {(row["feed"], row["county_code"]): row["delivery_numbers"] for row in figures["held"]}
    states = [
        {**row, "delivery_numbers": held.get((row["feed"], row["county_code"])) if row["status"] == "held" else None}
        for row in figures["feeds"]
    ]
    shown = {(row["feed"], row["county_code"]) for row in states if row["status"] == "held"}
    unread = dict.fromkeys(("rows_read", "rows_landed", "rows_rejected"))
    states += [
        {"feed": feed, "county_code": county, "status": "held", "delivery_numbers": numbers, **unread}
        for (feed, county), numbers in held.items()
        if (feed, county) not in shown
    ]
    return sorted(states, key=lambda row: (row["feed"], row["county_code"]))
