"""Where people work: §2.4 labor_cooperation, §2.5 local_employment, §2.7 relief_demand; labor_brand_monitor and
industry_absorption of §7."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from .figures import disc, mean, median, share, total
from .reading import Row
from .state import DAY, FOREVER, PREFECTURE, Job, destination
from .status import Period
from .tonight import Expected, Tonight, here, paid_by

COOPERATION_FEEDS = ("labor_register", "employment", "labor_cooperation")
LOCAL_FEEDS = ("labor_register", "employment", "public_post_payment", "gig_orders", "applications", "job_event")
INDUSTRY_FEEDS = ("labor_register", "employment")
DEMAND_FEEDS = ("labor_register", "employment", "public_post", "gig_orders")


def partner_of(place: str) -> str:
    """The partner that a place belongs to: a county of the prefecture, a province, or abroad."""
    return place if place.startswith("5325") else f"{place[:2]}0000"


# -- §2.4


def labor_cooperation(t: Tonight) -> Iterator[Expected]:
    """Who works where, and what was agreed with that place."""
    agreements = _agreements(t)
    for county in t.world.counties():
        for month in t.status.months(county):
            there: dict[str, list[tuple[Row, Job]]] = defaultdict(list)
            for at, row, jobs in t.world.employed(month.until).values():
                partner = partner_of(jobs[0].division_code)
                if here(county, at) and partner != at:
                    there[partner].append((row, jobs[0]))
            signed: dict[str, list[Row]] = defaultdict(list)
            for agreement in agreements:
                if here(county, agreement["unit"]) and agreement["signed_on"] <= month.until <= agreement["ended_on"]:
                    signed[partner_of(agreement["partner_division_code"])].append(agreement)
            for partner in there.keys() | signed.keys():
                yield {
                    "county_code": county,
                    "partner_code": partner,
                    "month": month.first,
                    **_cooperation(there[partner], signed[partner]),
                    "is_notice_partner": partner in t.seeds.words("notice_partners", t.today),
                    "counties_reporting": t.status.reporting(county, month),
                    "obs_status": t.status.of_period(county, month, COOPERATION_FEEDS),
                }


def _agreements(t: Tonight) -> list[Row]:
    found = []
    for dated in t.world.dated("labor_cooperation", ("agreement_no",)):
        ends = [dated.row["expires_on"] or FOREVER, dated.left_out_on - DAY if dated.left_out_on else FOREVER]
        found.append(dated.row | {"unit": dated.unit, "ended_on": min(ends)})
    return found


def _cooperation(there: list[tuple[Row, Job]], signed: list[Row]) -> Expected:
    organised = sum(job.source == "employment" and bool(job.row["is_organised"]) for _, job in there)
    planned = sum(a["planned_workers"] for a in signed)
    brands = Counter(brand for _, job in there if (brand := brand_of(job)))
    top = min(brands, key=lambda brand: (-brands[brand], brand)) if brands else None
    return {
        "employed_there": len(there),
        "poverty_alleviated_employed_there": sum(row["population_category"] != "general" for row, _ in there),
        "organised": organised,
        "agreements_in_force": len(signed),
        "planned": planned,
        **{
            f"agreements_{kind}": sum(a["cooperation_type"] == kind for a in signed)
            for kind in ("east_west", "north_south", "interprovincial")
        },
        "fulfilment_rate": share(organised, planned),
        "top_labor_brand": top,
        "top_labor_brand_workers": brands[top] if top else None,
    }


def brand_of(job: Job) -> str | None:
    """The labour brand that a job names."""
    return ((job.row.get("labor_brand") or "").strip() or None) if job.source == "employment" else None


def labor_brand_monitor(t: Tonight) -> Iterator[Expected]:
    """Who works under which brand."""
    for month in t.status.months(PREFECTURE):
        of: dict[str, list[str]] = defaultdict(list)
        employed = t.world.employed(month.until)
        for person, (_, _, jobs) in employed.items():
            if brand := brand_of(jobs[0]):
                of[brand].append(person)
        for brand, persons in of.items():
            incomes = [income for p in persons if (income := t.world.income(p, month.until))]
            yield {
                "labor_brand": brand,
                "month": month.first,
                "persons": len(persons),
                "poverty_alleviated": sum(employed[p][1]["population_category"] != "general" for p in persons),
                "median_income": disc(incomes, Decimal("0.5")),
                "counties": len({employed[p][0] for p in persons}),
            }


def industry_absorption(t: Tonight) -> Iterator[Expected]:
    """Who works in a county, by section of industry."""
    for county in t.world.counties():
        for month in t.status.months(county):
            of: dict[str, list[Row]] = defaultdict(list)
            for _, row, jobs in t.world.employed(month.until).values():
                main = jobs[0]
                place = main.division_code
                if (
                    main.source == "employment"
                    and main.row.get("industry")
                    and place.startswith("5325")
                    and here(county, place)
                ):
                    of[main.row["industry"]].append(row)
            for industry, rows in of.items():
                yield {
                    "county_code": county,
                    "industry": industry,
                    "month": month.first,
                    "counties_reporting": t.status.reporting(county, month),
                    "obs_status": t.status.of_period(county, month, INDUSTRY_FEEDS),
                    "employed": len(rows),
                    "poverty_alleviated_employed": sum(r["population_category"] != "general" for r in rows),
                }


# -- §2.5


def local_employment(t: Tonight) -> Iterator[Expected]:
    """Work near home, by township and month; each county and the prefecture counted separately."""
    for county in t.world.counties():
        for month in t.status.months(county):
            for township in sorted(_townships(t, county, month)) if county != PREFECTURE else [PREFECTURE]:
                yield {
                    "county_code": county,
                    "township_code": township,
                    "month": month.first,
                    **_local(t, county, township, month),
                    "counties_reporting": t.status.reporting(county, month),
                    "obs_status": t.status.of_period(county, month, LOCAL_FEEDS),
                }


def _townships(t: Tonight, county: str, month: Period) -> set[str]:
    found = {county}
    found |= {row["township_code"] for at, row in t.world.register(month.until).values() if at == county}
    found |= {o["township_code"] for o in _orders(t, month)}
    found |= {township for _, _, township in _events(t, month)}
    found |= {township for _, township in _placed(t, month)}
    found |= {place for days in _reported_days(t, month).values() for place in days}
    return {code for code in found if code.startswith(county)}


def _is_in(township: str | None, place: str) -> bool:
    """Whether a township's fact counts in a row: of the township, of its county or of the prefecture."""
    return township is not None and (place in (PREFECTURE, township) or (len(place) == 6 and township[:6] == place))


def _local(t: Tonight, county: str, place: str, month: Period) -> Expected:
    near = [
        1
        for at, row, jobs in t.world.employed(month.until).values()
        if _is_in(row["township_code"], place)
        and destination(jobs[0].division_code, at) in ("own_county", "other_county")
    ]
    orders = [o for o in _orders(t, month) if _is_in(o["township_code"], place)]
    paid = [o for o in orders if o["paid_on"] and o["paid_on"] <= t.today]
    waits = [max(0, (o["paid_on"] - o["completed_on"]).days) for o in paid]
    events = [event for _, event, township in _events(t, month) if _is_in(township, place)]
    days = _days_here(t, place, month)
    found = {
        "nearby_employed": len(near),
        "gig_orders": len(orders),
        "gig_workers": len({o["id_number"] for o in orders}),
        "gig_hours": total(o["hours"] for o in orders),
        "gig_paid": total(paid_by(t, o, "amount_paid") for o in orders),
        "median_days_to_gig_payment": median(waits),
        "gig_unpaid_orders": sum(Decimal(o["amount_due"] or 0) > paid_by(t, o, "amount_paid") for o in orders),
        "events": len(events),
        "posts_offered": sum(e["posts_offered"] for e in events),
        "intents": sum(e["intents"] for e in events),
        "placed_30d": len({person for person, township in _placed(t, month) if _is_in(township, place)}),
        "persons_with_days": len(days),
        "mean_days_worked": mean([min(d, Decimal(month.last.day)) for d in days]),
    }
    is_county = len(place) == 6
    return found | {
        "agencies_active": len(_agencies(t, county, month)) if is_county else None,
        "markets_active": len({o["market_code"] for o in orders if o["market_code"]}) if is_county else None,
    }


def _agencies(t: Tonight, county: str, month: Period) -> set[str]:
    return {
        event["agency"].strip()
        for event in events_of(t, "employment_service", "record_no")
        if here(county, event["unit"]) and month.first <= event["served_on"] <= month.until
    }


def _orders(t: Tonight, month: Period) -> list[dict[str, Any]]:
    return [
        o
        for o in t.world.gig_orders
        if (o["township_code"] or "").startswith("5325") and month.first <= o["completed_on"] <= month.until
    ]


@cache
def events_of(t: Tonight, feed: str, number: str) -> list[Row]:
    """Events by the latest report of their key, within a county."""
    latest: dict[tuple[str, str], Row] = {}
    for unit, deliveries in t.world.snapshots(feed).items():
        for delivery in deliveries:
            for row in delivery.rows:
                latest[unit, row[number]] = row | {"unit": unit}
    return list(latest.values())


def _events(t: Tonight, month: Period) -> list[tuple[str, Row, str]]:
    return [
        (e["unit"], e, e["township_code"] or f"{e['unit']}000")
        for e in events_of(t, "job_event", "event_no")
        if month.first <= e["held_on"] <= month.until
    ]


@cache
def _placed(t: Tonight, month: Period) -> set[tuple[str, str]]:
    """(ID number, township) of those hired within 30 days of an application."""
    within = timedelta(days=t.number("placement_days"))
    hired: dict[str, set[date]] = defaultdict(set)
    for job in t.hires:
        hired[job.person].add(job.start)
    for application in t.world.applications:
        if application["hired_on"]:
            hired[application["id_number"]].add(application["hired_on"])
    found = set()
    for application in t.world.applications:
        person, applied = application["id_number"], application["applied_on"]
        for day in hired.get(person, ()):
            home = t.world.home(person, day)
            if home and applied and applied <= day <= applied + within and month.first <= day <= month.until:
                found.add((person, home[1]["township_code"]))
    return found


@cache
def _reported_days(t: Tonight, month: Period) -> dict[str, dict[str, Decimal]]:
    """ID number → township → days reported for the month, at places nearby."""
    found: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))

    def add(person: str, reported_by: str, days: Decimal) -> None:
        home = t.world.home(person, month.until)
        if days > 0:
            found[person][home[1]["township_code"] if home else f"{reported_by}000"] += days

    for line in t.lines:
        county = t.county_of_line(line)
        if line.row["period"] == month.first and county.startswith("5325"):
            add(
                line.row["id_number"], county, Decimal(line.row.get("days_worked") or line.row.get("days_present") or 0)
            )
    for person, _ in {(o["id_number"], o["completed_on"]) for o in _orders(t, month) if o["id_number"]}:
        if t.world.home(person, month.until):
            add(person, "", Decimal(1))
    return found


def _days_here(t: Tonight, place: str, month: Period) -> list[Decimal]:
    days_of_persons = _reported_days(t, month).values()
    return [
        sum(here_days, Decimal(0))
        for days in days_of_persons
        if (here_days := [d for code, d in days.items() if _is_in(code, place)])
    ]


# -- §2.7


def relief_demand(t: Tonight) -> Iterator[Expected]:
    """Who waits for work nearby, and how many places the projects have."""
    for county in t.world.counties():
        for month in t.status.months(county):
            projects = [p for p in t.world.projects.values() if t.world.is_open_project(p, month.until)]
            townships = {county}
            if county != PREFECTURE:
                townships |= {r["township_code"] for at, r in t.world.register(month.until).values() if at == county}
                townships |= {_township(p) for p in projects if p["county_code"] == county}
            for place in townships:
                yield {
                    "county_code": county,
                    "township_code": place,
                    "month": month.first,
                    **_demand(t, place, month.until, projects),
                    "projects_within_county": sum(here(county, p["county_code"]) for p in projects),
                    "counties_reporting": t.status.reporting(county, month),
                    "obs_status": t.status.of_period(county, month, DEMAND_FEEDS),
                }


def _township(project: Row) -> str:
    return project["township_code"] or f"{project['county_code']}000"


def _demand(t: Tonight, place: str, day: date, projects: list[Row]) -> Expected:
    waiting = [
        row
        for person, (_, row) in t.world.labour_force(day).items()
        if _is_in(row["township_code"], place)
        and person not in t.world.employed(day)
        and row["job_intention"] == "nearby"
    ]
    open_places = sum(_places_open(t, p, day) for p in projects if _is_in(_township(p), place))
    return {
        "wanting_nearby_work": len(waiting),
        "of_which_priority": sum(map(is_priority, waiting)),
        "project_places_open": open_places,
        "gap": len(waiting) - open_places,
    }


def is_priority(row: Row) -> bool:
    """Poverty-alleviated, relocated or of low income."""
    return bool(row["population_category"] != "general" or row["is_relocated"] or row["is_low_income"])


def _places_open(t: Tonight, project: Row, day: date) -> int:
    at_work = {
        c.row["id_number"] for c in t.world.contracts if c.row["project_no"] == project["project_no"] and c.covers(day)
    }
    return max(0, project["planned_workers"] - len(at_work))
