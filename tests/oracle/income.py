"""§2.2 income_stability and §2.3 return_risk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from .figures import disc, mean, month_end_before, rounded, share, total
from .pay import Line
from .state import DAY, FOREVER
from .status import Period
from .tonight import Expected, Tonight, here

FEEDS = ("labor_register", "employment", "public_post")
RISK_FEEDS = (*FEEDS, "gig_orders")
CATEGORIES = ("general", "lifted_out", "unstable", "marginal", "sudden_hardship", "poverty_alleviated", "all")
WORST_FIRST = ("sudden_hardship", "unstable", "marginal", "lifted_out", "general")
MONITORED = WORST_FIRST[:3]
Household = tuple[str, str]


def earners(t: Tonight, day: date) -> dict[str, Decimal]:
    """ID number → income of those who are known to earn something."""
    known = {person: t.world.income(person, day) for person in t.world.employed(day)}
    return {person: income for person, income in known.items() if income}


def income_stability(t: Tonight) -> Iterator[Expected]:
    """Wages by county, month and population category."""
    for county in t.world.counties():
        for month in t.status.months(county):
            now = {
                person: (income, t.world.register(month.until)[person])
                for person, income in earners(t, month.until).items()
                if here(county, t.world.register(month.until)[person][0])
            }
            for category in CATEGORIES:
                of = {
                    p: income for p, (income, (_, row)) in now.items() if _is_of(row["population_category"], category)
                }
                yield {
                    "county_code": county,
                    "month": month.first,
                    "population_category": category,
                    **_wages(t, of, month),
                    "counties_reporting": t.status.reporting(county, month),
                    "obs_status": t.status.of_period(county, month, FEEDS),
                }


def _is_of(category: str, group: str) -> bool:
    return group in ("all", category) or (group == "poverty_alleviated" and category != "general")


def _wages(t: Tonight, of: dict[str, Decimal], month: Period) -> Expected:
    wages = list(of.values())
    three = [earners(t, month_end_before(month.first, n)) for n in (1, 2, 3)]
    compared = [p for p in of if all(p in before for before in three)]
    kept = 1 - t.seeds.setting("income_fall_share", t.today)
    down = [p for p in compared if 3 * of[p] <= kept * sum(before[p] for before in three)]
    judged = [(p, minimum) for p in of if (minimum := _minimum(t, p, month.until)) is not None]
    below = sum(of[p] < minimum for p, minimum in judged)
    return {
        "earners": len(wages),
        "wage_p10": disc(wages, Fraction(1, 10)),
        "wage_p50": disc(wages, Fraction(1, 2)),
        "wage_p90": disc(wages, Fraction(9, 10)),
        "mean_wage": mean(wages),
        "earners_compared": len(compared),
        "earners_down_30pct": len(down),
        "share_down_30pct": share(len(down), len(compared)),
        "wage_earners_judged": len(judged),
        "below_minimum_wage": below,
        "share_below_minimum_wage": share(below, len(judged)),
    }


def _minimum(t: Tonight, person: str, day: date) -> Decimal | None:
    main = t.world.employed(day)[person][2][0]
    return t.seeds.minimum_wage(main.division_code, day) if main.rank <= 3 else None


def return_risk(t: Tonight) -> Iterator[Expected]:
    """Households of the poverty-alleviated that may fall back."""
    before = t.last_published(t.today)
    known = {(r["county_code"], r["household_no"]): r for r in before.marts["return_risk"]} if before else {}
    for household, members in t.world.households(t.today).items():
        if all(m["population_category"] == "general" for m in members):
            continue
        able = [m for m in members if m["id_number"] in t.world.labour_force(t.today)]
        reasons, unpaid = _reasons(t, household)
        level = _level(t, reasons)
        last = known.get(household)
        first_seen = last["first_seen_on"] if last and last["risk_level"] != "none" else t.today
        base = _base(t, household)
        yield {
            "county_code": household[0],
            "household_no": household[1],
            "township_code": min(m["township_code"] for m in members),
            "population_category": worst([m["population_category"] for m in members]),
            "is_relocated": any(m["is_relocated"] for m in members),
            "members_in_labour_force": len(able),
            "members_employed": sum(m["id_number"] in t.world.employed(t.today) for m in members),
            "income_now": income_of(t, household, t.today),
            "obs_status": t.status.of_state(household[0], RISK_FEEDS),
            "income_base": rounded(Fraction(sum(base)) / 3, 2) if base is not None else None,
            "amount_unpaid": unpaid,
            "reasons": reasons,
            "risk_level": level,
            "first_seen_on": first_seen if level != "none" else None,
            "days_open": (t.today - first_seen).days if level != "none" else None,
        }


def worst(categories: list[str]) -> str:
    """The worst category of a household's members."""
    return min(categories, key=WORST_FIRST.index)


def income_of(t: Tonight, household: Household, day: date) -> Decimal:
    """What a household's members earned together, as far as known."""
    members = t.world.households(day).get(household, [])
    return total(t.world.income(m["id_number"], day) for m in members)


def _base(t: Tonight, household: Household) -> list[Decimal] | None:
    ends = [month_end_before(t.today, n) for n in (1, 2, 3)]
    if not all(household in t.world.households(end) for end in ends):
        return None
    return [income_of(t, household, end) for end in ends]


def _level(t: Tonight, reasons: list[str]) -> str:
    levels = {rule["reason"]: rule["level"] for rule in t.seeds.risk_rules(t.today)}
    if any(levels[r] == "warning" for r in reasons) or len(reasons) >= t.number("risk_warning_reasons"):
        return "warning"
    return "watch" if reasons else "none"


def _reasons(t: Tonight, household: Household) -> tuple[list[str], Decimal]:
    members = [m["id_number"] for m in t.world.households(t.today)[household]]
    unpaid = _unpaid(t, members)
    holds = {
        "all_jobs_lost_30d": lambda days: _all_jobs_lost(t, household, days),
        "income_down_30pct": lambda _: _income_down(t, household, members),
        "wages_unpaid_60d": lambda _: bool(unpaid),
        "monitored_and_unemployed": lambda _: _is_monitored(t, household) and is_without_work(t, household, t.today),
        "sole_earner_separated": lambda days: any(_was_sole_earner(t, household, m, days) for m in members),
    }
    rules = t.seeds.risk_rules(t.today)
    found = [r["reason"] for r in rules if holds[r["reason"]](int(r["days"] or 0))]
    return found, total(line.due - line.paid for line in unpaid)


def is_without_work(t: Tonight, household: Household, day: date) -> bool:
    """At least one member in the labour force, and none employed."""
    members = [m["id_number"] for m in t.world.households(day).get(household, [])]
    able = t.world.labour_force(day)
    return any(m in able for m in members) and not any(m in t.world.employed(day) for m in members)


def _is_monitored(t: Tonight, household: Household) -> bool:
    members = t.world.households(t.today)[household]
    return worst([m["population_category"] for m in members]) in MONITORED


def _all_jobs_lost(t: Tonight, household: Household, days: int) -> bool:
    day = t.today
    if not is_without_work(t, household, day):
        return False
    while is_without_work(t, household, day - DAY):
        day -= DAY
    worked = [
        m for m in t.world.households(day - DAY).get(household, []) if m["id_number"] in t.world.employed(day - DAY)
    ]
    return day > t.today - timedelta(days=days) and bool(worked)


def _income_down(t: Tonight, household: Household, members: list[str]) -> bool:
    base = _base(t, household)
    employed = [m for m in members if m in t.world.employed(t.today)]
    if base is None or not sum(base) or any(t.world.income(m, t.today) is None for m in employed):
        return False
    kept = 1 - next(Decimal(r["threshold"]) for r in t.seeds.risk_rules(t.today) if r["reason"] == "income_down_30pct")
    able = any(m in t.world.labour_force(t.today) for m in members)
    return able and 3 * income_of(t, household, t.today) <= kept * sum(base)


def _unpaid(t: Tonight, members: list[str]) -> list[Line]:
    days = next(
        (int(r["days"]) for r in t.seeds.risk_rules(t.today) if r["reason"] == "wages_unpaid_60d"), FOREVER.year
    )
    limit = t.today - timedelta(days=days)
    return [
        line for line in t.lines if line.row["id_number"] in members and line.paid < line.due and line.pay_date <= limit
    ]


def _was_sole_earner(t: Tonight, household: Household, member: str, days: int) -> bool:
    if member in t.world.employed(t.today):
        return False
    for back in range(1, days + 1):
        day = t.today - timedelta(days=back)
        if member in t.world.employed(day):
            earning = [
                m["id_number"]
                for m in t.world.households(day).get(household, [])
                if m["id_number"] in t.world.employed(day)
            ]
            return earning == [member]
    return False
