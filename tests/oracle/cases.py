"""§3 finding_case: what the marts find tonight, and the memory of what earlier nights found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from .bodies import disputes, is_over_45_days, waits_over_5_days
from .figures import add_months, total
from .pay import Line
from .reading import COUNTIES, Row
from .services import fate, idle_since, is_dead, studies
from .state import DAY, PREFECTURE
from .status import DAILY, WEEKLY
from .tonight import Expected, Tonight

Key = tuple[str, str, str]
STAGES = (("list", "listed_on"), ("sign", "signed_on"), ("approve", "approved_on"), ("send", "sent_on"))


def finding_case(t: Tonight) -> Iterator[Expected]:
    """One row per case, open or closed."""
    before: list[Expected] = t.earlier[-1].marts["finding_case"] if t.earlier else []
    found, ends = dict(_found(t)), _ends(t)
    was_open = {_key(row): row for row in before if row["closed_on"] is None}
    closed = {(_key(row), row["opened_on"]): row for row in before if row["closed_on"] is not None}
    last_found = {"_last_found_on": t.earlier[-1].report_date if t.earlier else None}
    for key, row in was_open.items():
        if key not in found:
            closed[key, row["opened_on"]] = row | last_found | _end(t, row, ends[key])
        elif gap := _ended_between_nights(row, found[key], ends[key]):
            closed[key, row["opened_on"]] = row | last_found | {"closed_on": gap, "close_reason": "resolved"}
    for key, case in found.items():
        known = was_open.get(key)
        if known is not None and (key, known["opened_on"]) not in closed:
            opened = min(known["opened_on"], case["opened_on"] or known["opened_on"])
        else:
            opened = case["opened_on"] or t.today
        closed.pop((key, opened), None)
        is_open = {"closed_on": None, "close_reason": None, "_last_found_on": None, "waived_until": None}
        yield _of_tonight(t, _row(key, case | {"opened_on": opened} | is_open))
    kept = t.today - timedelta(days=t.number("case_kept_days"))
    yield from (_of_tonight(t, row) for row in closed.values() if row["closed_on"] > kept)


def _of_tonight(t: Tonight, case: Expected) -> Expected:
    """With what moves with the calendar."""
    days = max(0, ((case["closed_on"] or t.today) - case["opened_on"]).days)
    seen = case["_last_found_on"] or t.today
    return case | {"last_seen_on": seen, "days_open": days, "urgency": (case["amount"] or 1) * days}


def _key(row: Expected) -> Key:
    return row["case_kind"], row["finding"], row["case_key"]


def _row(key: Key, case: Expected) -> Expected:
    return {"case_kind": key[0], "finding": key[1], "case_key": key[2]} | case


def _end(t: Tonight, row: Expected, ends: list[date]) -> Expected:
    after = [end for end in ends if end >= row["opened_on"]]
    if after:
        return {"closed_on": max(after), "close_reason": "resolved"}
    return {"closed_on": t.today, "close_reason": "gone"}


def _ended_between_nights(row: Expected, case: Expected, ends: list[date]) -> date | None:
    """The end of the old case, where the source's row of tonight began after it."""
    if row["case_kind"] not in ("zero_employment_household", "public_post") or case["opened_on"] <= row["opened_on"]:
        return None
    return max((end for end in ends if row["opened_on"] < end <= case["opened_on"]), default=None)


def _case(county: str, opened: date | None, **more: Any) -> Expected:
    return {"county_code": county, "opened_on": opened, "amount": None, "lines": 1, "hanging_stage": None} | more


def _found(t: Tonight) -> Iterator[tuple[Key, Expected]]:
    yield from _households(t)
    yield from _payrolls(t)
    for row in t.marts["public_post_finding"]:
        if row["closed_on"] is None:
            key = f"{row['county_code']}·{row['post_no']}·{row['finding']}"
            case = _case(row["county_code"], row["opened_on"], amount=row["amount"])
            yield ("public_post", row["finding"], key), case
    for row in t.marts["workshop_monitor"]:
        if row["exit_flag"] and row["month"] == t.today.replace(day=1):
            months = t.seeds.workshop_standard(row["county_code"], t.today)["months"]
            key, opened = f"{row['county_code']}·{row['workshop_no']}", add_months(row["month"], 1 - months)
            case = _case(row["county_code"], opened, amount=row["subsidy_amount"], township_code=row["township_code"])
            yield ("workshop_exit", "workshop_exit", key), case
    for finding, case in _disputes(t):
        key = f"{case['unit']}·{case['case_no']}·{case['id_number']}"
        shown = _case(case["unit"], _overdue_since(t, finding, case), amount=total([case["amount_claimed"]]))
        yield ("dispute_overdue", finding, key), shown | {"_person": case["id_number"]}
    yield from _graduates(t)
    yield from _feeds(t)


def _households(t: Tonight) -> Iterator[tuple[Key, Expected]]:
    for row in t.marts["zero_employment_household"]:
        if row["is_relocated"] and row["cleared_on"] is None:
            kind, key = "zero_employment_household", f"{row['county_code']}·{row['household_no']}"
            yield (kind, kind, key), _case(row["county_code"], row["opened_on"], township_code=row["township_code"])
    for row in t.marts["return_risk"]:
        if row["risk_level"] == "warning":
            key, more = f"{row['county_code']}·{row['household_no']}", {"amount": row["amount_unpaid"]}
            case = _case(row["county_code"], None, township_code=row["township_code"], **more)
            yield ("return_risk", "return_risk", key), case


def _payrolls(t: Tonight) -> Iterator[tuple[Key, Expected]]:
    lines = {(x.unit, x.row["period"], x.row["id_number"], x.row["crew"]): x for x in t.pay.relief_lines}
    of: dict[tuple[str, date, str], list[Line]] = defaultdict(list)
    for row in t.marts["relief_payroll_check"]:
        if row["finding"] != "paid_late":
            line = lines[row["project_no"], row["period"], row["id_number"], row["crew"]]
            of[row["project_no"], row["period"], row["finding"]].append(line)
    for (project, period, finding), found in of.items():
        owed = finding in ("unpaid", "underpaid")
        case = _case(
            t.world.project_county(project),
            found[0].pay_date + DAY if owed else None,
            amount=total(x.due - x.paid if owed else x.due for x in found),
            lines=len(found),
        )
        if owed:
            case["hanging_stage"] = _stuck_at([x for x in found if x.paid < x.due])
        yield ("relief_payroll", finding, f"{project}·{period}·{finding}"), case


def _stuck_at(lines: list[Line]) -> str:
    missing = {stage: sum(x.is_missing(column) for x in lines) for stage, column in STAGES}
    worst = max(missing, key=lambda stage: missing[stage])
    return worst if missing[worst] else "credit"


def _disputes(t: Tonight) -> Iterator[tuple[str, Row]]:
    for case in disputes(t):
        if is_over_45_days(t, case, t.today):
            yield "open_over_45d", case
        if waits_over_5_days(t, case, t.today):
            yield "waiting_over_5d", case


def _overdue_since(t: Tonight, finding: str, case: Row) -> date:
    if finding == "open_over_45d":
        return case["accepted_on"] + (t.number("dispute_close_days") + 1) * DAY  # type: ignore[no-any-return]
    return t.seeds.working_day_after(case["filed_on"], t.number("dispute_accept_working_days") + 1)


def _graduates(t: Tonight) -> Iterator[tuple[Key, Expected]]:
    current = [s for s in studies(t) if s.left_out_on is None and not is_dead(t, s.person)]
    for study in current:
        if not study.is_graduate(t.today) or fate(t, study, current) != "nothing":
            continue
        due = add_months(idle_since(t, study), t.number("youth_long_term_months"))
        county = t.world.county_of(study.person, t.today, study.unit)
        if due <= t.today and county in t.world.began:
            key = f"{study.person}·{study.enrolled_on}"
            yield ("youth_long_term", "youth_long_term", key), _case(county, due) | {"_person": study.person}


def _feeds(t: Tonight) -> Iterator[tuple[Key, Expected]]:
    for feed in (*DAILY, *WEEKLY, "public_post_payment"):
        for county in COUNTIES:
            yield from _silent(t, feed, county, county, date.min)
    for number, project in t.world.projects.items():
        for feed in ("relief_project", "relief_contract", "relief_payroll"):
            yield from _silent(t, feed, number, project["county_code"], project["started_on"])


def _silent(t: Tonight, feed: str, unit: str, county: str, since: date) -> Iterator[tuple[Key, Expected]]:
    days = [day for day in t.world.days if day >= since and _is_due(t, feed, unit, day)]
    silent: list[date] = []
    for day in reversed(days):
        if _is_accepted(t, feed, unit, day):
            break
        silent.append(day)
    if silent:
        opened = silent[-1] if _was_ever_accepted(t, feed, unit) else t.world.began[PREFECTURE]
        yield ("feed", "feed", f"{feed}·{unit}"), _case(county, opened)


def _is_due(t: Tonight, feed: str, unit: str, day: date) -> bool:
    if feed.startswith("relief"):
        project = t.world.projects[unit]
        done = [on for on in (project["completed_on"],) if on is not None and on < day]
        gone = project["left_out_on"] is not None and project["left_out_on"] <= day
        if done or gone or project["started_on"] > day:
            return False
    if feed in ("public_post_payment", "relief_payroll"):
        return day.day == 10
    return day.isoweekday() == 7 if feed in WEEKLY else True


def _is_accepted(t: Tonight, feed: str, unit: str, day: date) -> bool:
    if feed in ("public_post_payment", "relief_payroll"):
        return (unit, add_months(day.replace(day=1), -1)) in t.pay.in_force(feed)
    return any(s.report_date == day for s in t.world.snapshots(feed).get(unit, ()))


def _was_ever_accepted(t: Tonight, feed: str, unit: str) -> bool:
    """Whether any report of the unit was, also of a day on which none was due."""
    return bool(t.world.snapshots(feed).get(unit))


def _ends(t: Tonight) -> dict[Key, list[date]]:
    """The dates by which sources say that something is over."""
    ends: dict[Key, list[date]] = defaultdict(list)
    kind = "zero_employment_household"
    for row in t.marts[kind]:
        if row["cleared_on"]:
            ends[kind, kind, f"{row['county_code']}·{row['household_no']}"].append(row["cleared_on"])
    for row in t.marts["public_post_finding"]:
        if row["closed_on"]:
            key = f"{row['county_code']}·{row['post_no']}·{row['finding']}"
            ends["public_post", row["finding"], key].append(row["closed_on"])
    for case in disputes(t):
        key = f"{case['unit']}·{case['case_no']}·{case['id_number']}"
        for finding, more in (("open_over_45d", ()), ("waiting_over_5d", ("accepted_on",))):
            end_dates = [case[name] for name in ("closed_on", "left_out_on", *more) if case[name]]
            ends["dispute_overdue", finding, key] += [min(end_dates)] if end_dates else []
    for line in t.pay.relief_lines:
        if line.paid >= line.due and line.paid_on:
            for finding in ("unpaid", "underpaid"):
                ends["relief_payroll", finding, f"{line.unit}·{line.row['period']}·{finding}"].append(line.paid_on)
    return ends
