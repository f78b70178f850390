"""§2.19: the indicators of the reports, each with its value of a county and period."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from .bodies import POST_FEEDS, SITE_FEEDS, WORKSHOP_FEEDS
from .figures import month_end_before, rounded, total
from .headline import headline
from .income import FEEDS as INCOME_FEEDS
from .income import RISK_FEEDS
from .places import COOPERATION_FEEDS, DEMAND_FEEDS, LOCAL_FEEDS, events_of
from .reading import COUNTIES, last_day
from .services import SERVICE_FEEDS, YOUTH_FEEDS
from .state import DAY, PREFECTURE
from .status import COUNTY_FEEDS, HEADLINE_FEEDS, Period
from .timeliness import Reported, reported
from .tonight import Expected, Tonight, here

REGISTER = ("labor_register",)
FLOW_FEEDS = ("labor_register", "employment")
DISPUTE_FEEDS = ("labor_dispute", "labor_register")
DIGITS = {"share": 4, "rate": 4, "CNY": 2}
COUNTED = ("person", "household", "case")


class Figure(NamedTuple):
    """A value, and of a ratio its two sides, the upper one before it is multiplied."""

    value: Any
    above: Any = None
    below: Any = None


@dataclass(frozen=True)
class Indicator:
    """A row of the dictionary."""

    code: str
    kind: str
    """S any day, P a month, N only now."""
    unit: str
    direction: int
    reports: str
    """Letters of the reports that show it: D, W, M; K for the key counties."""
    feeds: tuple[str, ...]
    of: Callable[[Tonight, str, Period], Figure]
    whole: str | None = None
    """That of which it is a part."""
    other: str | None = None
    """The other part of that whole."""
    numerator: str | None = None
    """The indicator that is its numerator."""
    is_public: bool = False
    """A share that counts neither persons nor households, cases, jobs or posts."""

    @property
    def is_ratio(self) -> bool:
        """Whether it is a share or a rate."""
        return self.unit in ("share", "rate")


# -- periods


class Periods(NamedTuple):
    """What the reports of a day show, and what they compare it with."""

    day: date
    sunday: date
    month: Period
    """The last month that is over."""
    before: Period
    current: Period

    def days(self) -> set[date]:
        """Every day that a report shows of a figure of any day."""
        week, eve = timedelta(days=7), self.day - DAY
        return {self.day, eve, self.sunday, self.sunday - week, self.month.last, self.before.last}

    def months(self) -> set[Period]:
        """Every month that a report shows."""
        return {self.current, self.month, self.before}


def periods_of(day: date) -> Periods:
    """The periods of a day's reports."""

    def month(last: date) -> Period:
        return Period(last.replace(day=1), last, min(last, day))

    over = last_day(day) if day == last_day(day) else month_end_before(day, 1)
    sunday = day - timedelta(days=day.isoweekday() % 7)
    return Periods(day, sunday, month(over), month(month_end_before(over, 1)), month(last_day(day)))


def indicator_value(t: Tonight) -> Iterator[Expected]:
    """Each indicator in each county and period that a report shows, from the county's first register on."""
    periods = periods_of(t.today)
    for indicator in INDICATORS:
        of_kind: dict[str, Iterable[Period]] = {
            "S": [Period(day, day, day) for day in periods.days()],
            "P": periods.months(),
            "N": [Period(t.today, t.today, t.today)],
        }
        for period in of_kind[indicator.kind]:
            for county in t.world.counties():
                if t.world.began[county] <= period.until:
                    yield _row(t, indicator, county, period)


def _row(t: Tonight, indicator: Indicator, county: str, period: Period) -> Expected:
    figure = indicator.of(t, county, period)
    status = {
        "S": lambda: t.status.of_day(county, period.first),
        "P": lambda: t.status.of_period(county, period, indicator.feeds),
        "N": lambda: t.status.of_state(county, indicator.feeds),
    }[indicator.kind]()
    return {
        "indicator": indicator.code,
        "county_code": county,
        "period": period.first,
        "kind": indicator.kind,
        "value": rounded(figure.value, DIGITS.get(indicator.unit, 0)),
        "obs_status": status,
        "_above": figure.above,
        "_below": figure.below,
    }


def indicator(_: Tonight) -> Iterator[Expected]:
    """The dictionary."""
    for one in INDICATORS:
        yield {
            "code": one.code,
            "kind": one.kind,
            "unit": one.unit,
            "digits": DIGITS.get(one.unit, 0),
            "direction": one.direction,
            "in_daily": "D" in one.reports,
            "in_weekly": "W" in one.reports,
            "in_monthly": "M" in one.reports,
            "in_key_counties": "K" in one.reports,
            "part_of": one.whole,
            "complement": one.other,
        }


# -- values


def ratio(above: Any, below: Any, times: int = 1) -> Figure:
    """Above × times ÷ below; of nothing no value."""
    value = Fraction(above) * times / Fraction(below) if above is not None and below else None
    return Figure(value, above, below)


def _headline(name: str) -> Callable[[Tonight, str, Period], Figure]:
    return lambda t, county, at: Figure(headline(t, county, at.until)[name])


def _headline_ratio(above: str, below: str) -> Callable[[Tonight, str, Period], Figure]:
    def of(t: Tonight, county: str, at: Period) -> Figure:
        found = headline(t, county, at.until)
        return ratio(found[above], found[below])

    return of


def rows(t: Tonight, mart: str, county: str, **where: Any) -> list[Expected]:
    """A mart's rows of a county, or those that it has of the prefecture."""
    return [row for row in t.marts[mart] if row["county_code"] == county and all(row[k] == v for k, v in where.items())]


def _all_rows(t: Tonight, mart: str, county: str, **where: Any) -> list[Expected]:
    """Of a mart without rows of the prefecture: the prefecture's are all."""
    return [
        row for row in t.marts[mart] if here(county, row["county_code"]) and all(row[k] == v for k, v in where.items())
    ]


def _sum(found: list[Expected], name: str) -> Any:
    return sum(row[name] or 0 for row in found)


def _monthly(mart: str, column: str, **where: Any) -> Callable[[Tonight, str, Period], Figure]:
    return lambda t, county, at: Figure(_sum(rows(t, mart, county, month=at.first, **where), column))


def _local(column: str) -> Callable[[Tonight, str, Period], Figure]:
    return lambda t, county, at: Figure(
        _sum(rows(t, "local_employment", county, month=at.first, township_code=county), column)
    )


def _progress(code: str) -> Callable[[Tonight, str, Period], Figure]:
    def of(t: Tonight, county: str, _: Period) -> Figure:
        (row,) = rows(t, "target_progress", county, target_code=code, basis="stock")
        return ratio(row["actual_value"], row["target_value"])

    return of


def _cases(column: str) -> Callable[[Tonight, str, Period], Figure]:
    return lambda t, county, _: Figure(_sum(rows(t, "zero_employment_summary", county, is_relocated=True), column))


def _stock(*columns: str) -> Callable[[Tonight, str, Period], Figure]:
    def of(t: Tonight, county: str, _: Period) -> Figure:
        found = rows(t, "employment_stock", county)
        return ratio(sum(_sum(found, column) for column in columns), _sum(found, "employed"))

    return of


def _contracts(t: Tonight, county: str, _: Period) -> Figure:
    main_jobs = [jobs[0] for at, _row, jobs in t.world.employed(t.today).values() if here(county, at)]
    judged = [j for j in main_jobs if j.source == "employment" and j.channel in ("enterprise", "workshop")]
    return ratio(sum(bool(j.row["has_contract"]) for j in judged), len(judged))


def _flow(column: str) -> Callable[[Tonight, str, Period], Figure]:
    def of(t: Tonight, county: str, _: Period) -> Figure:
        monday = periods_of(t.today).sunday - 6 * DAY
        return Figure(_sum(rows(t, "employment_flow", county, week=monday), column))

    return of


def _retention(t: Tonight, county: str, _: Period) -> Figure:
    followed = [r for r in rows(t, "employment_flow", county) if r["retained_3m"] is not None]
    latest = sorted({r["week"] for r in followed})[-4:]
    found = [r for r in followed if r["week"] in latest]
    return ratio(_sum(found, "retained_3m"), _sum(found, "hires"))


def _wage(category: str) -> Callable[[Tonight, str, Period], Figure]:
    def of(t: Tonight, county: str, at: Period) -> Figure:
        (row,) = rows(t, "income_stability", county, month=at.first, population_category=category)
        return Figure(row["wage_p50"], None, row["earners"])

    return of


def _income_down(t: Tonight, county: str, at: Period) -> Figure:
    (row,) = rows(t, "income_stability", county, month=at.first, population_category="poverty_alleviated")
    return ratio(row["earners_down_30pct"], row["earners_compared"])


def _risk(level: str) -> Callable[[Tonight, str, Period], Figure]:
    return lambda t, county, _: Figure(len(_all_rows(t, "return_risk", county, risk_level=level)))


def _partners(t: Tonight, county: str, at: Period) -> list[Expected]:
    found = rows(t, "labor_cooperation", county, month=at.first)
    return [row for row in found if not row["partner_code"].startswith("5325")]


def _organised(t: Tonight, county: str, at: Period) -> Figure:
    found = _partners(t, county, at)
    return ratio(_sum(found, "organised"), _sum(found, "employed_there"))


def _fulfilled(t: Tonight, county: str, at: Period) -> Figure:
    found = [row for row in _partners(t, county, at) if row["planned"] > 0]
    return ratio(_sum(found, "organised"), _sum(found, "planned"))


def _offered_per_1000(t: Tonight, county: str, at: Period) -> Figure:
    return ratio(_local("posts_offered")(t, county, at).value, headline(t, county, at.until)["labour_force"], 1000)


def _vacancies(t: Tonight, county: str, _: Period) -> Figure:
    places = [
        p["headcount"] or 0
        for p in t.world.postings.values()
        if p["opened_on"] <= t.today
        and (p["closed_on"] is None or p["closed_on"] > t.today)
        and _is_at(p["work_division_code"], county)
    ]
    seekers = [
        person
        for person, (at, row) in t.world.labour_force(t.today).items()
        if here(county, at)
        and person not in t.world.employed(t.today)
        and row["job_intention"] in ("away", "nearby", "startup")
    ]
    return ratio(sum(places), len(seekers), 100)


def _is_at(place: str | None, county: str) -> bool:
    return (place or "").startswith("5325") if county == PREFECTURE else place == county


def _workshops(t: Tonight, county: str, at: Period) -> list[Expected]:
    return _all_rows(t, "workshop_monitor", county, month=at.first)


def _relief_workers(t: Tonight, county: str, _: Period) -> Figure:
    on_site = {
        c.row["id_number"]
        for c in t.world.contracts
        if c.covers(t.today) and here(county, t.world.project_county(c.row["project_no"]))
    }
    return Figure(len(on_site))


def _projects(t: Tonight, county: str) -> list[Expected]:
    found = t.marts["relief_project_monitor"]
    return [row for row in found if here(county, t.world.project_county(row["project_no"]))]


def _post_arrears(t: Tonight, county: str, _: Period) -> Figure:
    return Figure(_sum(rows(t, "public_post_monitor", county, post_category="all"), "arrears"))


def _posts_per_jobless(t: Tonight, county: str, at: Period) -> Figure:
    found = headline(t, county, at.until)
    jobless = found["poverty_alleviated_labour_force"] - found["poverty_alleviated_employed"]
    posts = _monthly("public_post_monitor", "posts", post_category="all")(t, county, at).value
    return ratio(posts, jobless, 100)


def _open_cases(mart: str) -> Callable[[Tonight, str, Period], Figure]:
    return lambda t, county, _: Figure(len(_all_rows(t, mart, county, closed_on=None)))


def _services(t: Tonight, county: str, at: Period) -> Figure:
    served = {
        e["id_number"]
        for e in events_of(t, "employment_service", "record_no")
        if at.first <= e["served_on"] <= at.until
        and here(county, t.world.county_of(e["id_number"], e["served_on"], e["unit"]))
    }
    return Figure(len(served))


def _trained(t: Tonight, county: str, _: Period) -> Figure:
    of = rows(t, "service_effect", county, service_type="skill_training", training_type="all")
    known = [row for row in of if row["hire_rate"] is not None]
    if not known:
        return Figure(None)
    latest = max(known, key=lambda row: row["month"])
    return ratio(latest["hired_within_90d"], latest["persons"])


def _youth(column: str) -> Callable[[Tonight, str, Period], Figure]:
    return lambda t, county, _: Figure(_sum(rows(t, "youth_monitor", county, level="all"), column))


def _planned_for(t: Tonight, county: str, _: Period) -> Figure:
    found = rows(t, "youth_monitor", county, level="all")
    return ratio(_sum(found, "with_assistance_worker"), _sum(found, "students") + _sum(found, "graduates"))


def _sites(above: str, below: str) -> Callable[[Tonight, str, Period], Figure]:
    def of(t: Tonight, county: str, _: Period) -> Figure:
        found = _all_rows(t, "resettlement_site_monitor", county)
        return ratio(_sum(found, above), _sum(found, below))

    return of


def _funds(t: Tonight, county: str, _: Period) -> Figure:
    since = t.today - timedelta(days=t.number("funds_days") - 1)
    amounts = [
        p["relief_funds"]
        for p in t.world.projects.values()
        if t.world.is_open_project(p, t.today) and here(county, p["county_code"])
    ]
    amounts += [
        row["subsidy_amount"]
        for (at, _no), row in t.world.awards.items()
        if row["subsidy_on"] and since <= row["subsidy_on"] <= t.today and here(county, at)
    ]
    amounts += [x.due for x in t.pay.post_lines if since <= x.row["period"] <= t.today and here(county, x.unit)]
    amounts += [
        e["amount"]
        for e in events_of(t, "employment_service", "record_no")
        if since <= e["served_on"] <= t.today
        and here(county, t.world.county_of(e["id_number"], e["served_on"], e["unit"]))
    ]
    lifted = [
        row
        for at, row in t.world.register(t.today).values()
        if here(county, at) and row["population_category"] != "general"
    ]
    return ratio(total(amounts), len(lifted))


def _due(t: Tonight, county: str) -> list[Reported]:
    """What has arrived of the county feeds that are due today, held or accepted."""
    feeds = [feed for feed in COUNTY_FEEDS if t.status.is_due_today(feed)]
    reports_of_feeds = (reported(t, feed, c) for feed in feeds for c in COUNTIES if here(county, c))
    return [one for one in reports_of_feeds if one is not None]


def _on_time(t: Tonight, county: str, _: Period) -> Figure:
    due = _due(t, county)
    return ratio(sum(one.status == "on_time" for one in due), len(due))


def _rejected(t: Tonight, county: str, _: Period) -> Figure:
    arrived = [one.arrived for one in _due(t, county) if one.arrived]
    return ratio(sum(a.rejected for a in arrived), sum(a.rows + a.rejected for a in arrived))


# -- the dictionary

EMPLOYED, LIFTED = "rural_employed", "poverty_alleviated_employed"
RELOCATED, ZERO = "zero_employment_relocated_households", "zero_employment_households"
H, RISKS = HEADLINE_FEEDS, (*RISK_FEEDS, "public_post_payment")
INDICATORS: tuple[Indicator, ...] = (
    Indicator("labour_force", "S", "person", 0, "M", REGISTER, _headline("labour_force")),
    Indicator(EMPLOYED, "S", "person", 1, "DWM", H, _headline(EMPLOYED)),
    Indicator(LIFTED, "S", "person", 1, "DWM", H, _headline(LIFTED), whole=EMPLOYED),
    Indicator(f"{EMPLOYED}_ytd", "S", "person", 1, "DWM", H, _headline(f"{EMPLOYED}_ytd")),
    Indicator(f"{LIFTED}_ytd", "S", "person", 1, "DWM", H, _headline(f"{LIFTED}_ytd"), whole=f"{EMPLOYED}_ytd"),
    Indicator("rural_employed_progress", "N", "share", 1, "DWMK", H, _progress(EMPLOYED), numerator=EMPLOYED),
    Indicator("poverty_alleviated_progress", "N", "share", 1, "DWMK", H, _progress(LIFTED), numerator=LIFTED),
    Indicator(
        "employment_rate", "S", "share", 1, "DWMK", H, _headline_ratio(EMPLOYED, "labour_force"), numerator=EMPLOYED
    ),
    Indicator(
        "poverty_alleviated_employment_rate",
        "S",
        "share",
        1,
        "DWMK",
        H,
        _headline_ratio(LIFTED, "poverty_alleviated_labour_force"),
        numerator=LIFTED,
    ),
    Indicator(RELOCATED, "S", "household", -1, "DWM", H, _headline(RELOCATED), whole=ZERO),
    Indicator(ZERO, "S", "household", -1, "DWM", H, _headline(ZERO)),
    Indicator(
        "relocated_zero_share",
        "S",
        "share",
        -1,
        "MK",
        H,
        _headline_ratio(RELOCATED, "relocated_households_with_labour"),
        numerator=RELOCATED,
    ),
    Indicator("zero_cases_opened_7d", "N", "household", 0, "DW", H, _cases("opened_7d")),
    Indicator("zero_cases_cleared_7d", "N", "household", 0, "DW", H, _cases("cleared_7d")),
    Indicator("subsidised_share", "N", "share", 0, "MK", H, _stock("subsidised")),
    Indicator("grade_ab_share", "N", "share", 1, "MK", H, _stock("grade_a", "grade_b")),
    Indicator("contract_share", "N", "share", 1, "MK", H, _contracts),
    Indicator("hires_week", "N", "job", 0, "W", FLOW_FEEDS, _flow("hires")),
    Indicator("separations_week", "N", "job", 0, "W", FLOW_FEEDS, _flow("separations")),
    Indicator("retention_3m", "N", "share", 1, "WMK", FLOW_FEEDS, _retention),
    Indicator("median_wage", "P", "CNY", 1, "MK", INCOME_FEEDS, _wage("all")),
    Indicator("median_wage_poverty_alleviated", "P", "CNY", 1, "MK", INCOME_FEEDS, _wage("poverty_alleviated")),
    Indicator("income_down_share", "P", "share", -1, "MK", INCOME_FEEDS, _income_down),
    Indicator("return_risk_warning", "N", "household", -1, "DWM", RISKS, _risk("warning")),
    Indicator("return_risk_watch", "N", "household", -1, "DWM", RISKS, _risk("watch")),
    Indicator(
        "employed_away",
        "S",
        "person",
        0,
        "DWM",
        H,
        _headline("employed_away"),
        whole=EMPLOYED,
        other="employed_nearby",
    ),
    Indicator(
        "employed_nearby",
        "S",
        "person",
        0,
        "DWM",
        H,
        _headline("employed_nearby"),
        whole=EMPLOYED,
        other="employed_away",
    ),
    Indicator(
        "nearby_share",
        "S",
        "share",
        0,
        "MK",
        H,
        _headline_ratio("employed_nearby", EMPLOYED),
        numerator="employed_nearby",
    ),
    Indicator("organised_share", "P", "share", 1, "MK", COOPERATION_FEEDS, _organised),
    Indicator("cooperation_fulfilment", "P", "share", 1, "MK", COOPERATION_FEEDS, _fulfilled),
    Indicator("gig_workers", "P", "person", 1, "WM", LOCAL_FEEDS, _local("gig_workers")),
    Indicator("placed_30d", "P", "person", 1, "WM", LOCAL_FEEDS, _local("placed_30d")),
    Indicator("posts_offered", "P", "post", 1, "WM", LOCAL_FEEDS, _local("posts_offered")),
    Indicator("job_events", "P", "event", 1, "WM", LOCAL_FEEDS, _local("events")),
    Indicator(
        "posts_offered_per_1000", "P", "rate", 1, "MK", LOCAL_FEEDS, _offered_per_1000, numerator="posts_offered"
    ),
    Indicator(
        "vacancies_per_100_seekers", "N", "rate", 1, "MK", ("labor_register", "employment", "job_postings"), _vacancies
    ),
    Indicator(
        "workshops_operating",
        "P",
        "count",
        1,
        "WM",
        WORKSHOP_FEEDS,
        lambda t, c, at: Figure(sum(row["status"] == "operating" for row in _workshops(t, c, at))),
    ),
    Indicator(
        "workshop_workers",
        "P",
        "count",
        1,
        "WM",
        WORKSHOP_FEEDS,
        lambda t, c, at: Figure(_sum(_workshops(t, c, at), "workers_found")),
    ),
    Indicator(
        "workshop_exit_flags",
        "P",
        "count",
        -1,
        "WM",
        WORKSHOP_FEEDS,
        lambda t, c, at: Figure(_sum(_workshops(t, c, at), "exit_flag")),
    ),
    Indicator("relief_workers", "N", "person", 1, "DWM", (), _relief_workers),
    Indicator("relief_arrears", "N", "CNY", -1, "DWM", (), lambda t, c, _: Figure(_sum(_projects(t, c), "arrears"))),
    Indicator(
        "relief_remuneration_share",
        "N",
        "share",
        1,
        "DWMK",
        (),
        lambda t, c, _: ratio(_sum(_projects(t, c), "remuneration_paid"), _sum(_projects(t, c), "relief_funds")),
        is_public=True,
    ),
    Indicator(
        "relief_gap",
        "P",
        "person",
        -1,
        "WM",
        DEMAND_FEEDS,
        lambda t, c, at: Figure(_sum(rows(t, "relief_demand", c, month=at.first, township_code=c), "gap")),
    ),
    Indicator(
        "post_holders",
        "P",
        "person",
        0,
        "WM",
        POST_FEEDS,
        _monthly("public_post_monitor", "holders", post_category="all"),
    ),
    Indicator("post_arrears", "N", "CNY", -1, "WM", POST_FEEDS, _post_arrears),
    Indicator("posts_per_100_jobless", "P", "rate", 0, "MK", POST_FEEDS, _posts_per_jobless),
    Indicator("post_findings_open", "N", "case", -1, "DW", REGISTER, _open_cases("public_post_finding")),
    Indicator("services_persons", "P", "person", 1, "M", SERVICE_FEEDS, _services),
    Indicator("training_hire_rate", "N", "share", 1, "MK", SERVICE_FEEDS, _trained),
    Indicator(
        "disputes_open_over_45d", "P", "case", -1, "DWM", DISPUTE_FEEDS, _monthly("dispute_monitor", "open_over_45d")
    ),
    Indicator("graduates_unemployed_6m", "N", "person", -1, "M", YOUTH_FEEDS, _youth("unemployed_6m")),
    Indicator("allowance_arrears", "N", "CNY", -1, "M", YOUTH_FEEDS, _youth("allowance_arrears")),
    Indicator("plan_coverage", "N", "share", 1, "MK", YOUTH_FEEDS, _planned_for),
    Indicator("site_employment_rate", "N", "share", 1, "MK", SITE_FEEDS, _sites("employed", "labour_force")),
    Indicator("reserved_fill_rate", "N", "share", 1, "MK", SITE_FEEDS, _sites("reserved_jobs_filled", "reserved_jobs")),
    Indicator("funds_per_poverty_alleviated_person", "N", "CNY", 1, "MK", REGISTER, _funds),
    Indicator("reporting_rate", "N", "share", 1, "DWM", (), _on_time, is_public=True),
    # Rows landed directly are never late: only files can be.
    Indicator("on_time_rate", "N", "share", 1, "DWM", (), _on_time, is_public=True),
    Indicator("rejected_share", "N", "share", -1, "DWM", (), _rejected, is_public=True),
    Indicator("cases_open", "N", "case", -1, "DW", REGISTER, _open_cases("finding_case")),
)
