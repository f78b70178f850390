"""How the weekly dispatch counts and names cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from operator import itemgetter
from typing import Any

from employment_warehouse.contract import contracts
from employment_warehouse.database import seed_tables
from employment_warehouse.report import formats
from employment_warehouse.report.code_names import Label, Labels, Names, label_of
from employment_warehouse.report.figures import Row

COUNTED = ("open_cases", "waived", "owed", "opened_7d", "closed_7d")


def totals(counts: Iterable[Row]) -> dict[str, int]:
    """The sums of rows of `case_counts`."""
    counted = list(counts)
    return {name: sum(row[name] or 0 for row in counted) for name in COUNTED}


def summary(whole: Mapping[str, int]) -> Label:
    """How much there is to do, what began and ended in the week, and what is waived. whole: as `totals` returns it."""
    count, owed, waived = whole["open_cases"], whole["owed"], whole["waived"]
    opened, closed = formats.in_full(whole["opened_7d"]), formats.in_full(whole["closed_7d"])
    clauses = [
        Label(
            f"待办 {formats.in_full(count)} 项" if count else "没有待办事项",
            f"{formats.in_full(count) if count else 'No'} case{'' if count == 1 else 's'} open",
        )
    ]
    if owed:
        money = formats.money(owed)
        clauses.append(Label(f"，其中以工代赈欠发 {money} 元", f", of which work-relief wages owed: {money} CNY"))
    clauses.append(
        Label(f"；近7日新增 {opened} 项，办结 {closed} 项", f"; in 7 days {opened} were opened and {closed} closed")
    )
    if waived:
        clauses.append(Label(f"；另有豁免 {formats.in_full(waived)} 项", f"; {formats.in_full(waived)} more waived"))
    return Label("".join(clause.zh for clause in clauses), "".join(clause.en for clause in clauses))


def subject(case: Row) -> Label:
    """What the case is about: its key without the county and the finding, which stand beside it."""
    key = str(case["case_key"])
    fields = key.split("·")
    if case["case_kind"] == "feed":
        feed, _, unit = key.partition("·")
        title = (
            Label(contracts()[feed].title_zh, contracts()[feed].title_en) if feed in contracts() else Label(feed, feed)
        )
        zh, en = ("", "") if unit == case["county_code"] else (f"（{unit}）", f" ({unit})")
        return Label(title.zh + zh, title.en + en)
    if case["case_kind"] == "relief_payroll":  # its second field is the first day of a month
        fields[1:2] = [period.removesuffix("-01") for period in fields[1:2]]
    known = {case["county_code"], case["finding"]}
    key = " · ".join(field for field in fields if field not in known) or fields[0]
    return Label(key, key)


def case_title(known: Names, case: Mapping[str, Any]) -> Label:
    """What was found; for a kind of case that has only one finding, the name of the kind."""
    if case["finding"] == case["case_kind"]:
        return known["case_kind"][case["case_kind"]]
    return known["finding"][case["finding"]]


def closes_when(on: date) -> Labels:
    """What closes a case, by kind: the rule of case_rule in force on a day, that for any situation before others."""
    in_turn = sorted(seed_tables.read_words("case_rule"), key=lambda rule: str(rule["valid_from"]))
    newest = {(str(r["case_kind"]), str(r["situation"])): r for r in in_turn if str(r["valid_from"]) <= str(on)}
    return Labels(
        (kind, label_of(formats.NONE, rule.get("closes_when_zh"), rule.get("closes_when_en")))
        for (kind, _), rule in sorted(newest.items(), key=itemgetter(0), reverse=True)  # `*` comes last, and stays
        if rule["enabled"] == "true"
    )
