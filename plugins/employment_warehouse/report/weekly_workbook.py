"""The workbooks of the weekly dispatch: the prefecture's with numbers of cases, a county's with each of its cases."""

from __future__ import annotations

from itertools import groupby

from employment_warehouse.report import code_names
from employment_warehouse.report.cases import case_title, subject, totals
from employment_warehouse.report.figures import Figures
from employment_warehouse.report.workbook import Sheet, indicator_sheet, table_sheet, write_workbook

COUNT_HEADS = ("县市", "事项", "待办", "豁免", "以工代赈欠发（元）", "近7日新增", "近7日办结")
CASE_HEADS = (
    "县市", "事项", "核查线索", "对象代号", "乡镇", "责任单位", "涉及金额（元，线索之间有重复）", "涉及行数",
    "起始日期", "持续天数", "豁免至", "办结条件",
)  # fmt: skip


def prefecture_workbook(figures: Figures) -> bytes:
    """The prefecture's workbook: how many cases each county has, and all indicators; nothing about a single person or
    household.
    """
    return write_workbook(figures["publication"], [_count_sheet(figures), indicator_sheet("指标", figures)])


def county_workbook(figures: Figures, county: str) -> bytes:
    """The workbook of one county, with each of its cases. figures: those of this county alone."""
    return write_workbook(figures["publication"], [_case_sheet(figures), indicator_sheet("指标", figures, county)])


def _count_sheet(figures: Figures) -> Sheet:
    counties = {row["county_code"]: row["name_zh"] for row in figures["counties"]}
    kinds = code_names.names(figures["names"])["case_kind"]
    counted = [
        (county, kind, totals(rows))
        for (county, kind), rows in groupby(
            figures["case_counts"], key=lambda row: (row["county_code"], row["case_kind"])
        )
    ]
    return table_sheet(
        "各县市待办",
        COUNT_HEADS,
        (
            (
                counties.get(county), kinds[kind].zh, whole["open_cases"], whole["waived"], whole["owed"] or None,
                whole["opened_7d"], whole["closed_7d"],
            )
            for county, kind, whole in counted
        ),
    )  # fmt: skip


def _case_sheet(figures: Figures) -> Sheet:
    counties = {row["county_code"]: row["name_zh"] for row in figures["counties"]}
    known, closes = code_names.names(figures["names"]), figures["closes_when"]
    return table_sheet(
        "待办事项",
        CASE_HEADS,
        (
            (
                counties.get(row["county_code"]), known["case_kind"][row["case_kind"]].zh, case_title(known, row).zh,
                subject(row).zh, row["township_zh"], row["unit_to_act_zh"], row["amount"], row["lines"],
                row["opened_on"], row["days_open"], row["waived_until"], closes[row["case_kind"]].zh,
            )
            for row in figures["open_cases"]
        ),
    )  # fmt: skip
