"""What is done for people: §2.10 service_effect, §2.12 youth_monitor; vacancy_monitor, transport_allowance and
youth_unemployment of §7."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .figures import add_months, disc, mean, median, share, total
from .places import events_of
from .reading import Row
from .state import DAY, PREFECTURE, age, destination
from .status import HEADLINE_FEEDS, Period
from .tonight import Expected, Tonight, here, paid_by

SERVICE_FEEDS = ("employment_service", "employment", "labor_register")
ALLOWANCE_FEEDS = ("labor_register", "employment", "public_post", "employment_service")
YOUTH_FEEDS = ("youth_support", "labor_register", "employment", "employment_service")


# -- §2.10


def service_effect(t: Tonight) -> Iterator[Expected]:
    """What followed a service, by its kind and month."""
    for county in t.world.counties():
        for month in t.status.months(county):
            cells: dict[tuple[str, str], list[Row]] = defaultdict(list)
            for event in events_of(t, "employment_service", "record_no"):
                at = t.world.county_of(event["id_number"], event["served_on"], event["unit"])
                if here(county, at) and month.first <= event["served_on"] <= month.until:
                    kind = event["service_type"]
                    cells[kind, "all"].append(event)
                    if kind == "skill_training":
                        cells[kind, event["training_type"] or "unstated"].append(event)
            for (kind, training), events in cells.items():
                yield {
                    "county_code": county,
                    "service_type": kind,
                    "training_type": training,
                    "month": month.first,
                    **_effect(t, events, month),
                    "counties_reporting": t.status.reporting(county, month),
                    "obs_status": t.status.of_period(county, month, SERVICE_FEEDS),
                }


def _effect(t: Tonight, events: list[Row], month: Period) -> Expected:
    first: dict[str, date] = {}
    for event in sorted(events, key=lambda e: e["served_on"]):
        first.setdefault(event["id_number"], event["served_on"])
    follow_up = timedelta(days=t.number("service_follow_up_days"))
    hired = {p for p, on in first.items() if any(j.person == p and on <= j.start <= on + follow_up for j in t.hires)}
    jobless = {p for p, on in first.items() if p in t.world.labour_force(on) and p not in t.world.employed(on)}
    is_over = month.last + follow_up <= t.today
    changes = []
    for person, on in first.items():
        if on + follow_up <= t.today:
            before, after = t.world.income(person, on), t.world.income(person, on + follow_up)
            if before is not None and after is not None:
                changes.append(after - before)
    return {
        "events": len(events),
        "persons": len(first),
        "of_which_poverty_alleviated": sum(t.world.is_poverty_alleviated(p, on) for p, on in first.items()),
        "hired_within_90d": len(hired),
        "hire_rate": share(len(hired), len(first)) if is_over else None,
        "out_of_work": len(jobless),
        "out_of_work_hired": len(jobless & hired),
        "out_of_work_hire_rate": share(len(jobless & hired), len(jobless)) if is_over else None,
        "wage_pairs": len(changes),
        "wage_change": mean(changes),
        "cost": total(e["amount"] for e in events),
    }


# -- §2.12


@dataclass(frozen=True)
class Study:
    """A course of study as its latest snapshot has it."""

    person: str
    enrolled_on: date
    unit: str
    rows: tuple[Row, ...]
    named_on: date
    left_out_on: date | None

    @property
    def last(self) -> Row:
        return max(self.rows, key=lambda r: r["allowance_term"] or "")

    @property
    def graduated_on(self) -> date | None:
        return max((r["graduated_on"] for r in self.rows if r["graduated_on"]), default=None)

    def is_graduate(self, day: date) -> bool:
        return self.graduated_on is not None and self.graduated_on <= day


Enrolment = tuple[str, date]


def studies(t: Tonight) -> list[Study]:
    """All studies that began; of two counties the one that named it later, then the lower code."""
    named: dict[Enrolment, tuple[date, str, tuple[Row, ...]]] = {}
    for unit in sorted(t.world.snapshots("youth_support"), reverse=True):
        for snapshot in t.world.snapshots("youth_support")[unit]:
            of: dict[Enrolment, list[Row]] = defaultdict(list)
            for row in snapshot.rows:
                of[row["id_number"], row["enrolled_on"]].append(row)
            for key, rows in of.items():
                if key not in named or named[key][0] <= snapshot.report_date:
                    named[key] = (snapshot.report_date, unit, tuple(rows))
    found = []
    for (person, enrolled), (named_on, unit, rows) in named.items():
        study = Study(person, enrolled, unit, rows, named_on, None)
        left_out_on = t.world.left_out_on("youth_support", unit, named_on, study.graduated_on)
        if enrolled <= t.today:
            found.append(Study(person, enrolled, unit, rows, named_on, left_out_on))
    return found


def terms(t: Tonight) -> dict[Enrolment, list[Row]]:
    """(ID number, enrolment) → its allowance terms, each by its own latest row."""
    latest: dict[tuple[Enrolment, str], tuple[date, Row]] = {}
    for unit in sorted(t.world.snapshots("youth_support"), reverse=True):
        for snapshot in t.world.snapshots("youth_support")[unit]:
            for row in snapshot.rows:
                key = (row["id_number"], row["enrolled_on"]), row["allowance_term"] or ""
                if key not in latest or latest[key][0] <= snapshot.report_date:
                    latest[key] = (snapshot.report_date, row)
    found: dict[Enrolment, list[Row]] = defaultdict(list)
    for (enrolment, _), (_, row) in latest.items():
        found[enrolment].append(row)
    return found


def owed(t: Tonight, rows: Sequence[Row]) -> Decimal:
    """Allowances due and not paid."""
    return total(max(Decimal(0), (r["allowance_due"] or Decimal(0)) - paid_by(t, r, "allowance_paid")) for r in rows)


def is_dead(t: Tonight, person: str) -> bool:
    """Whether any register row reports the death by today."""
    return person in t.world.died and t.world.died[person] <= t.today


def youth_monitor(t: Tonight) -> Iterator[Expected]:
    """Students and graduates by level and year of graduation."""
    everyone = studies(t)
    current = [s for s in everyone if s.left_out_on is None and not is_dead(t, s.person)]
    omitted = [s for s in everyone if s.left_out_on is not None and owed(t, s.rows)]
    of_term = terms(t)
    for county in t.world.counties():
        cells: dict[tuple[str, int], list[Study]] = defaultdict(list)
        lost: dict[tuple[str, int], list[Study]] = defaultdict(list)
        for study in current:
            if here(county, t.world.county_of(study.person, t.today, study.unit)):
                for cell in _cells(study, study.graduated_on):
                    cells[cell].append(study)
        for study in omitted:
            if here(county, study.unit):
                for cell in _cells(study, study.last["graduated_on"]):
                    lost[cell].append(study)
        for level, year in cells.keys() | lost.keys():
            yield {
                "county_code": county,
                "level": level,
                "graduation_year": year,
                **_youth(t, cells[level, year], current, of_term),
                "arrears_left_out": total(owed(t, s.rows) for s in lost[level, year]),
                "obs_status": t.status.of_state(county, YOUTH_FEEDS),
            }


def _cells(study: Study, graduated_on: date | None) -> list[tuple[str, int]]:
    year = graduated_on.year if graduated_on else 0
    return [(study.last["level"], year), ("all", year)]


def fate(t: Tonight, study: Study, current: list[Study]) -> str:
    """What a graduate does today: employed, further_study, military or nothing that is known."""
    evidence = t.world.evidence.get(study.person, {})
    if evidence and t.world.worked_since(study.person, t.today, t.today):
        return "employed"
    elsewhere = [
        s
        for s in current
        if s.person == study.person
        and s is not study
        and study.graduated_on is not None
        and s.enrolled_on >= study.graduated_on
        and not s.is_graduate(t.today)
    ]
    if outcome(t, study) == "further_study" or elsewhere:
        return "further_study"
    return "military" if outcome(t, study) == "military" else "nothing"


def outcome(t: Tonight, study: Study) -> str | None:
    """What is told to have become of a graduate, unless it is registered for a later day."""
    on = study.last["outcome_on"]
    return None if on and on > t.today else study.last["outcome"]


def idle_since(t: Tonight, study: Study) -> date:
    """u: the later of graduation and the last day that evidence covers."""
    assert study.graduated_on is not None
    return max(study.graduated_on, t.world.last_worked(study.person) or date.min)


def _youth(t: Tonight, of: list[Study], current: list[Study], of_term: dict[Enrolment, list[Row]]) -> Expected:
    graduates = [s for s in of if s.is_graduate(t.today)]
    fates = [(s, fate(t, s, current)) for s in graduates]
    idle = [idle_since(t, s) for s, what in fates if what == "nothing"]
    since = {s.person: min(x.graduated_on for x in graduates if x.person == s.person) for s in graduates}  # type: ignore[type-var]
    served = [
        e
        for e in events_of(t, "employment_service", "record_no")
        if e["id_number"] in since and since[e["id_number"]] <= e["served_on"] <= t.today  # type: ignore[operator]
    ]
    rows = [row for s in of for row in of_term[s.person, s.enrolled_on]]
    with_worker = sum(any((r["assistance_worker"] or "").strip() for r in s.rows) for s in of)
    return {
        "students": len(of) - len(graduates),
        "graduates": len(graduates),
        "employed": sum(what == "employed" for _, what in fates),
        "employed_reported": sum(outcome(t, s) == "employed" for s in graduates),
        "in_further_study": sum(what == "further_study" for _, what in fates),
        "military": sum(what == "military" for _, what in fates),
        "unemployed_6m": sum(add_months(u, t.number("youth_unemployed_months")) <= t.today for u in idle),
        "unemployed_12m": sum(add_months(u, t.number("youth_long_term_months")) <= t.today for u in idle),
        "services_received": len(served),
        "graduates_served": len({e["id_number"] for e in served}),
        "allowance_due": total(r["allowance_due"] for r in rows),
        "allowance_paid": total(paid_by(t, r, "allowance_paid") for r in rows),
        "allowance_arrears": owed(t, rows),
        "with_assistance_worker": with_worker,
        "plan_coverage": share(with_worker, len(of)),
    }


# -- §7


def vacancy_monitor(t: Tonight) -> Iterator[Expected]:
    """Job postings by place of work, channel and month."""
    follow_up = timedelta(days=t.number("placement_days"))
    for county in t.world.counties():
        postings = [p for p in t.world.postings.values() if county in (p["work_division_code"], PREFECTURE)]
        for month in t.status.months(county):
            for channel in ("site", "live_stream", "video", "gig_market", "all"):
                of = {p["id"]: p for p in postings if channel in ("all", p["channel"])}
                figures = _vacancies(t, of, month, month.last + follow_up <= t.today)
                if any(figures.values()):
                    yield {"county_code": county, "channel": channel, "month": month.first, **figures}


def _vacancies(t: Tonight, of: dict[str, dict[str, Any]], month: Period, is_over: bool) -> Expected:
    def within(day: date | None) -> bool:
        return day is not None and month.first <= day <= month.until

    opened = [p for p in of.values() if within(p["opened_on"])]
    now = [
        p for p in of.values() if p["opened_on"] <= month.until and (not p["closed_on"] or p["closed_on"] > month.until)
    ]
    sent = [a for a in t.world.applications if a["posting_id"] in of]
    applied = [a for a in sent if within(a["applied_on"])]
    hired = [a for a in sent if within(a["hired_on"])]
    in_all = {p["id"] for p in opened}
    filled = sum(a["posting_id"] in in_all and a["hired_on"] is not None for a in sent)
    return {
        "postings": len(opened),
        "headcount": sum(p["headcount"] or 0 for p in opened),
        "open_postings": len(now),
        "open_headcount": sum(p["headcount"] or 0 for p in now),
        "applications": len(applied),
        "applicants": len({a["id_number"] for a in applied}),
        "hired": len(hired),
        "fill_rate": share(filled, sum(p["headcount"] or 0 for p in opened)) if is_over else None,
        "median_days_to_hire": median(max(0, (a["hired_on"] - of[a["posting_id"]]["opened_on"]).days) for a in hired),
        "median_wage_min": disc([p["wage_min"] for p in opened if p["wage_min"] is not None], Fraction(1, 2)),
        "median_wage_max": disc([p["wage_max"] for p in opened if p["wage_max"] is not None], Fraction(1, 2)),
    }


def transport_allowance(t: Tonight) -> Iterator[Expected]:
    """Who worked long enough in another province for the allowance, and who got it."""
    new_year = t.today.replace(month=1, day=1)
    away: dict[str, int] = defaultdict(int)
    for day in t.world.days:
        if day >= new_year:
            for person, (county, _, jobs) in t.world.employed(day).items():
                away[person] += destination(jobs[0].division_code, county) == "other_province"
    eligible = {p for p, days in away.items() if days >= 90 and t.world.is_poverty_alleviated(p, t.today)}
    paid = {
        (e["id_number"], e["unit"])
        for e in events_of(t, "employment_service", "record_no")
        if e["service_type"] == "transport_allowance" and new_year <= e["served_on"] <= t.today
    }
    for county in t.world.counties():
        able = {p for p in eligible if here(county, t.world.county_of(p, t.today, ""))}
        got = {p for p, unit in paid if here(county, t.world.county_of(p, t.today, unit))}
        yield {
            "county_code": county,
            "year": t.today.year,
            "eligible": len(able),
            "paid": len(got),
            "paid_eligible": len(able & got),
            "paid_not_eligible": len(got - able),
            "coverage": share(len(able & got), len(able)),
            "obs_status": t.status.of_state(county, ALLOWANCE_FEEDS),
        }


def youth_unemployment(t: Tonight) -> Iterator[Expected]:
    """Young people by age and education, and those without work for a year."""
    since = add_months(t.today, -12) + DAY
    cells: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for person, (county, row) in t.world.labour_force(t.today).items():
        years = age(person, t.today)
        group = "16-24" if years <= 24 else "25-35" if years <= 35 else None
        if group:
            for at in (county, PREFECTURE):
                cells[at, group, row["education"] or "unknown"].append(person)
    for (county, group, education), persons in cells.items():
        yield {
            "county_code": county,
            "age_group": group,
            "education": education,
            "labour_force": len(persons),
            "employed": sum(p in t.world.employed(t.today) for p in persons),
            "obs_status": t.status.of_state(county, HEADLINE_FEEDS),
            "unemployed_12m": sum(_idle_all_the_time(t, p, since) for p in persons),
        }


def _idle_all_the_time(t: Tonight, person: str, since: date) -> bool:
    days = (since + DAY * n for n in range((t.today - since).days + 1))
    return all(person in t.world.register(day) and person not in t.world.employed(day) for day in days)
