"""§2.15 headline_series, and who is on the registers of several counties."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache

from .income import is_without_work
from .state import PREFECTURE, destination
from .tonight import Expected, Tonight, here

INDICATORS = (
    "labour_force",
    "rural_employed",
    "rural_employed_ytd",
    "poverty_alleviated_labour_force",
    "poverty_alleviated_employed",
    "poverty_alleviated_employed_ytd",
    "employed_away",
    "employed_nearby",
    "relocated_households_with_labour",
    "zero_employment_households",
    "zero_employment_relocated_households",
)


def double_registration(t: Tonight) -> Iterator[Expected]:
    """Who is on the registers of several counties today: a row for each of them, with what it reports itself."""
    for person, listings in t.world.listings(t.today).items():
        for listing in listings if len(listings) > 1 else ():
            contested = max(other.since for other in listings)
            yield {
                "county_code": listing.county,
                "id_number": person,
                "household_no": listing.row["household_no"],
                "township_code": listing.row["township_code"],
                "listed_since": listing.since,
                "contested_since": contested,
                "days_open": (t.today - contested).days,
                "is_counted_here": t.world.register(t.today)[person][0] == listing.county,
            }


def headline_series(t: Tonight) -> Iterator[Expected]:
    """The headline figures of every day since the start."""
    for county in t.world.counties():
        for day in t.world.days:
            if day >= t.world.began[county]:
                values, status = headline(t, county, day), t.status.of_day(county, day)
                for indicator in INDICATORS:
                    yield {
                        "on_date": day,
                        "county_code": county,
                        "indicator": indicator,
                        "value": values[indicator],
                        "obs_status": status,
                    }


@cache
def headline(t: Tonight, county: str, day: date) -> dict[str, int]:
    """All headline figures of a county on a day."""
    able = {p: row for p, (at, row) in t.world.labour_force(day).items() if here(county, at)}
    employed = {p: found for p, found in t.world.employed(day).items() if p in able}
    this_year = [p for p in able if t.world.worked_since(p, day.replace(month=1, day=1), day)]
    away = [
        p
        for p, (at, _, jobs) in employed.items()
        if destination(jobs[0].division_code, at) not in ("own_county", "other_county")
    ]
    households = [h for h in t.world.households(day) if here(county, h[0])]
    zero = [h for h in households if is_without_work(t, h, day)]

    def lifted(persons: object) -> int:
        return sum(able[p]["population_category"] != "general" for p in persons)  # type: ignore[attr-defined]

    def relocated(household: tuple[str, str]) -> bool:
        return any(m["is_relocated"] for m in t.world.households(day)[household])

    return {
        "labour_force": len(able),
        "rural_employed": len(employed),
        "rural_employed_ytd": len(this_year),
        "poverty_alleviated_labour_force": lifted(able),
        "poverty_alleviated_employed": lifted(employed),
        "poverty_alleviated_employed_ytd": lifted(this_year),
        "employed_away": len(away),
        "employed_nearby": len(employed) - len(away),
        "relocated_households_with_labour": sum(
            relocated(h) and any(m["id_number"] in able for m in t.world.households(day)[h]) for h in households
        ),
        "zero_employment_households": len(zero),
        "zero_employment_relocated_households": sum(map(relocated, zero)),
    }


__all__ = ["INDICATORS", "PREFECTURE", "headline", "headline_series"]
