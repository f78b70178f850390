"""§2.16 restatement: a headline figure as published then and as known now, and why they differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from .state import PREFECTURE
from .status import PLATFORM
from .tonight import Arrival, Expected, Tonight

REGISTER_ALONE = ("labour_force", "poverty_alleviated_labour_force", "relocated_households_with_labour")
FEEDS = ("labor_register", "employment", "public_post", "relief_contract", "gig_orders")
Value = tuple[date, str, str]


def restatement(t: Tonight) -> Iterator[Expected]:
    """One row per figure of an earlier report date that is another one now."""
    known = [_values(night.marts["headline_series"]) for night in t.earlier]
    known.append(_values(t.marts["headline_series"]))
    oldest = t.today - timedelta(days=t.number("restatement_days") - 1)
    for on, number in _published_in(t).items():
        if not oldest <= on < t.today:
            continue
        for key in {k for values in known for k in values if k[0] == on}:
            then, now = known[number].get(key), known[-1].get(key)
            if (then or 0) == (now or 0):
                continue
            changed = [n for n in range(number + 1, len(known)) if known[n].get(key) != known[n - 1].get(key)]
            causes = [_cause(t, [a for a in t.arrivals[n] if not a.is_held], key) for n in changed]
            yield {
                "on_date": key[0],
                "county_code": key[1],
                "indicator": key[2],
                "as_published": then,
                "as_known_now": now,
                "difference": (now or 0) - (then or 0),
                "cause": causes[-1],
                "causes": causes,
            }


def _published_in(t: Tonight) -> dict[date, int]:
    """Report date → the publication that counts: its last one, of a closed month the one that is final."""
    last = {published.report_date: number for number, published in enumerate(t.earlier)}
    return {on: t.finals.get(on.replace(day=1), number) for on, number in last.items()}


def _values(rows: list[Expected]) -> dict[Value, int]:
    return {(r["on_date"], r["county_code"], r["indicator"]): r["value"] for r in rows}


def _cause(t: Tonight, arrived: list[Arrival], key: Value) -> str:
    on, county, indicator = key
    feeds = ("labor_register",) if indicator in REGISTER_ALONE else FEEDS
    own = [a for a in arrived if a.feed in feeds and (county in (PREFECTURE, _county(t, a)) or _is_platform(a))]
    past = [a for a in own if a.report_date <= on]
    if any(a.revision > 1 for a in past):
        return "correction"
    if past:
        return "late_file"
    return "later_report" if own else "other_unit"


def _is_platform(arrival: Arrival) -> bool:
    return arrival.feed in PLATFORM


def _county(t: Tonight, arrival: Arrival) -> str:
    return t.world.project_county(arrival.unit) if arrival.feed == "relief_contract" else arrival.unit
