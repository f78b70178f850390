"""What bodies do: §2.6 workshop_monitor, §2.8 public_post_monitor, §2.11 dispute_monitor, §2.13
resettlement_site_monitor; public_post_funds of §7."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from .figures import add_months, mean, median, share, total
from .income import is_without_work
from .pay import Line
from .reading import Row
from .state import DAY, PREFECTURE, Dated
from .status import Period
from .tonight import Expected, Tonight, here

WORKSHOP_FEEDS = ("workshop", "employment", "labor_register")
POST_FEEDS = ("public_post", "public_post_payment", "labor_register")
FUND_FEEDS = ("public_post_payment", "labor_register")
DISPUTE_FEEDS = ("labor_dispute", "labor_register")
SITE_FEEDS = ("resettlement_site", "labor_register", "employment", "public_post")


# -- §2.6


def workshop_monitor(t: Tonight) -> Iterator[Expected]:
    """Each workshop of a county's register, month by month."""
    for county in t.world.counties():
        below: dict[str, list[bool]] = defaultdict(list)
        for month in t.status.months(county) if county != PREFECTURE else ():
            listed = t.world.workshops(county, month.until)
            below = defaultdict(list, {number: below[number] for number in listed})
            for number, row in listed.items():
                found = workers_found(t, month.until).get((county, number), set())
                figures = _workshop(t, county, row, found, month)
                below[number].append(figures["is_below_standard"])
                needed = t.seeds.workshop_standard(county, month.until)["months"]
                yield {
                    "county_code": county,
                    "workshop_no": number,
                    "month": month.first,
                    **figures,
                    "exit_flag": len(below[number]) >= needed and all(below[number][-needed:]),
                    "obs_status": t.status.of_period(county, month, WORKSHOP_FEEDS),
                }


def workers_found(t: Tonight, day: date) -> dict[tuple[str, str], set[str]]:
    """(county, number) → persons with a spell of that workshop on a day."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for spell in t.world.spells:
        at = t.world.workshop_of(spell) if spell.row["workshop_no"] and spell.covers(day) else None
        if at:
            found[at].add(spell.row["id_number"])
    return found


def _workshop(t: Tonight, county: str, row: Row, found: set[str], month: Period) -> Expected:
    lifted = sum(t.world.is_poverty_alleviated(p, month.until) for p in found)
    awarded = row["subsidy_on"] is not None and row["subsidy_on"] <= month.until
    amount = row["subsidy_amount"] if awarded else None
    standard = t.seeds.workshop_standard(county, month.until)
    share_found = share(lifted, len(found))
    missed = (
        (standard["min_poverty_alleviated"] is not None and lifted < standard["min_poverty_alleviated"])
        or (standard["min_workers"] is not None and len(found) < standard["min_workers"])
        or (standard["min_share"] is not None and (share_found or 0) < standard["min_share"])
    )
    return {
        **{
            name: row[name]
            for name in (
                "workshop_name",
                "township_code",
                "status",
                "tier",
                "adjustment_type",
                "recognised_on",
                "exited_on",
            )
        },
        "workers_reported": row["workers"],
        "poverty_alleviated_reported": row["poverty_alleviated_workers"],
        "workers_found": len(found),
        "poverty_alleviated_found": lifted,
        "share_poverty_alleviated": share_found,
        "subsidy_amount": amount,
        "subsidy_on": row["subsidy_on"] if awarded else None,
        "subsidy_per_poverty_alleviated": share(amount, lifted, 2),
        "discrepancy": row["workers"] - len(found),
        "is_below_standard": missed and row["status"] != "exited",
    }


# -- §2.8


def public_post_monitor(t: Tonight) -> Iterator[Expected]:
    """Posts, holders and pay, by category and month."""
    for county in t.world.counties():
        for month in t.status.months(county):
            tenures = [p for p in t.world.posts if here(county, p.unit)]
            lines = [x for x in t.pay.post_lines if here(county, x.unit) and x.row["period"] == month.first]
            categories = {category_of(p) for p in tenures if _matters(p, month)} | {
                _line_category(t, x, month) for x in lines
            }
            for category in categories | {"all"}:
                yield {
                    "county_code": county,
                    "post_category": category,
                    "month": month.first,
                    **_posts(
                        t,
                        [p for p in tenures if category in ("all", category_of(p))],
                        [x for x in lines if category in ("all", _line_category(t, x, month))],
                        month,
                    ),
                    "counties_reporting": t.status.reporting(county, month),
                    "obs_status": t.status.of_period(county, month, POST_FEEDS),
                }


def category_of(tenure: Dated) -> str:
    """The category of a post, as reported."""
    return str(tenure.row["post_category"]).strip()


def agreed_end(tenure: Dated) -> date | None:
    """The last day of the agreed term, from the reported start."""
    months = tenure.row["term_months"]
    return add_months(tenure.reported_start, months) - DAY if months else None


def _is_within(day: date | None, month: Period) -> bool:
    return day is not None and month.first <= day <= month.until


def _matters(p: Dated, month: Period) -> bool:
    return p.covers(month.until) or _is_within(agreed_end(p), month) or _is_within(p.end, month)


def _line_category(t: Tonight, line: Line, month: Period) -> str:
    place = (line.unit, line.row["post_no"])
    of_post = [p for p in t.world.posts if (p.unit, p.row["post_no"]) == place]
    own = [p for p in of_post if p.row["id_number"] == line.row["id_number"] and p.touches(month.first, month.last)]
    if own:
        return category_of(max(own, key=lambda p: p.start))
    rows = t.world.dated("public_post", ("post_no", "id_number", "start_date"))
    latest = [p for p in rows if (p.unit, p.row["post_no"]) == place]
    return category_of(max(latest, key=lambda p: (p.named_on, p.start, category_of(p)))) if latest else "unknown"


def _posts(t: Tonight, tenures: list[Dated], lines: list[Line], month: Period) -> Expected:
    now = [p for p in tenures if p.covers(month.until)]
    holders = {p.row["id_number"] for p in now}
    owed = [line.due - line.paid for line in lines if line.pay_date < t.today and line.paid < line.due]
    return {
        "posts": len({(p.unit, p.row["post_no"]) for p in now}),
        "holders": len(holders),
        "full_time_holders": len({p.row["id_number"] for p in now if p.row["is_full_time"]}),
        "poverty_alleviated_holders": sum(t.world.is_poverty_alleviated(p, month.until) for p in holders),
        "due": total(line.due for line in lines),
        "paid": total(line.paid for line in lines),
        "unconfirmed": total(line.unconfirmed for line in lines),
        "arrears": total(owed),
        "payees": len({line.row["id_number"] for line in lines}),
        "mean_days_present": mean([line.row["days_present"] for line in lines]),
        "ended_terms": sum(_is_within(agreed_end(p), month) for p in tenures),
        "ended_tenures": sum(_is_within(p.end, month) for p in tenures),
    }


def public_post_funds(t: Tonight) -> Iterator[Expected]:
    """What public posts cost, by source of the money."""
    for county in t.world.counties():
        for month in t.status.months(county):
            of: dict[str, list[Line]] = defaultdict(list)
            for line in t.pay.post_lines:
                if here(county, line.unit) and line.row["period"] == month.first:
                    of[(line.row["fund_source"] or "").strip() or "unknown"].append(line)
            for source, lines in of.items():
                yield {
                    "county_code": county,
                    "fund_source": source,
                    "month": month.first,
                    "obs_status": t.status.of_period(county, month, FUND_FEEDS),
                    "due": total(line.due for line in lines),
                    "paid": total(line.paid for line in lines),
                    "payees": len({line.row["id_number"] for line in lines}),
                }


# -- §2.11


def disputes(t: Tonight) -> list[Row]:
    """Cases by applicant; what is dated after today has not happened."""
    found = []
    dates = ("accepted_on", "mediated_on", "heard_on", "closed_on")
    for dated in t.world.dated("labor_dispute", ("case_no", "id_number")):
        row = dated.row
        if row["filed_on"] <= t.today:
            past = {name: row[name] if row[name] and row[name] <= t.today else None for name in dates}
            found.append(row | past | {"unit": dated.unit, "left_out_on": dated.left_out_on})
    return found


def is_open(case: Row, day: date) -> bool:
    """Filed, and neither closed nor left out by a day."""
    ends = (case["closed_on"], case["left_out_on"])
    return case["filed_on"] <= day and all(on is None or on > day for on in ends)


def is_over_45_days(t: Tonight, case: Row, day: date) -> bool:
    """Open, and accepted more than 45 days ago."""
    accepted = case["accepted_on"]
    return is_open(case, day) and bool(accepted) and (day - accepted).days > t.number("dispute_close_days")


def waits_over_5_days(t: Tonight, case: Row, day: date) -> bool:
    """Open, and not accepted after more than 5 working days."""
    accepted = case["accepted_on"]
    if not is_open(case, day) or (accepted and accepted <= day):
        return False
    return t.seeds.working_days(case["filed_on"] + DAY, day) > t.number("dispute_accept_working_days")


def dispute_monitor(t: Tonight) -> Iterator[Expected]:
    """Labour disputes by county and month."""
    cases = disputes(t)
    for county in t.world.counties():
        for month in t.status.months(county):
            yield {
                "county_code": county,
                "month": month.first,
                **_disputes(t, [c for c in cases if here(county, c["unit"])], month),
                "counties_reporting": t.status.reporting(county, month),
                "obs_status": t.status.of_period(county, month, DISPUTE_FEEDS),
            }


def _disputes(t: Tonight, cases: list[Row], month: Period) -> Expected:
    def within(name: str) -> list[Row]:
        return [c for c in cases if _is_within(c[name], month)]

    def waited(name: str, since: Any) -> Decimal | None:
        return median((c[name] - since(c)).days for c in within(name))

    filed, closed = within("filed_on"), within("closed_on")
    return {
        "filed": len(filed),
        "accepted": len(within("accepted_on")),
        "mediated": len(within("mediated_on")),
        "heard": len(within("heard_on")),
        "closed": len(closed),
        "cases_filed": len({(c["unit"], c["case_no"]) for c in filed}),
        "open_cases": sum(is_open(c, month.until) for c in cases),
        "open_over_45d": sum(
            is_over_45_days(t, c, month.until) for c in cases if c["accepted_on"] and c["accepted_on"] <= month.until
        ),
        "waiting_over_5d": sum(waits_over_5_days(t, c, month.until) for c in cases),
        "left_out": sum(_is_within(c["left_out_on"], month) and c["closed_on"] is None for c in cases),
        "median_days_accept": waited("accepted_on", lambda c: c["filed_on"]),
        "median_days_mediate": waited("mediated_on", _accepted_or_filed),
        "median_days_hear": waited("heard_on", _accepted_or_filed),
        "median_days_close": waited("closed_on", _accepted_or_filed),
        **{
            f"closed_{result}": sum(c["result"] == result for c in closed)
            for result in ("mediated", "awarded", "withdrawn")
        },
        "amount_claimed": total(c["amount_claimed"] for c in filed),
        "of_which_poverty_alleviated": sum(t.world.is_poverty_alleviated(c["id_number"], c["filed_on"]) for c in filed),
        **{
            kind: sum(c["dispute_type"] == kind for c in filed) for kind in ("unpaid_wages", "severance", "work_injury")
        },
    }


def _accepted_or_filed(case: Row) -> date:
    return case["accepted_on"] or case["filed_on"]


# -- §2.13


def resettlement_site_monitor(t: Tonight) -> Iterator[Expected]:
    """Resettlement sites today, those that only the register names too."""
    reserved = {s.row["id_number"] for s in t.world.spells if s.row["is_reserved_job"] and s.covers(t.today)}
    for county in t.world.counties():
        if county == PREFECTURE:
            continue
        snapshot = t.world.latest("resettlement_site", county, t.today)
        listed_row = {row["resettlement_site_no"]: row for row in snapshot.rows} if snapshot else {}
        living: dict[str, dict[str, Row]] = defaultdict(dict)
        for person, (at, row) in t.world.register(t.today).items():
            if at == county and row["resettlement_site_no"]:
                living[row["resettlement_site_no"]][person] = row
        for number in listed_row.keys() | living.keys():
            yield {
                "county_code": county,
                "resettlement_site_no": number,
                "is_listed": number in listed_row,
                **_site(t, county, living[number], listed_row.get(number), reserved),
                "obs_status": t.status.of_state(county, SITE_FEEDS),
            }


def _site(t: Tonight, county: str, living: dict[str, Row], listed_row: Row | None, reserved: set[str]) -> Expected:
    able = [p for p in living if p in t.world.labour_force(t.today)]
    employed = [p for p in living if p in t.world.employed(t.today)]
    households = {row["household_no"] for row in living.values()}
    filled = sum(p in reserved for p in employed)
    jobs = listed_row["reserved_jobs"] if listed_row else None
    return {
        "households": len(households),
        "residents": len(living),
        "labour_force": len(able),
        "employed": len(employed),
        "employment_rate": share(len(employed), len(able)),
        "zero_employment_households": sum(is_without_work(t, (county, number), t.today) for number in households),
        "site_name": listed_row["site_name"] if listed_row else None,
        "township_code": listed_row["township_code"] if listed_row else None,
        "households_reported": listed_row["households"] if listed_row else None,
        "residents_reported": listed_row["residents"] if listed_row else None,
        "labour_force_reported": listed_row["labour_force"] if listed_row else None,
        "reserved_jobs": jobs,
        "reserved_jobs_filled": filled,
        "reserved_fill_rate": share(filled, jobs),
        "reserved_per_labour_force": share(jobs, len(able)),
    }
