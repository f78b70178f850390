"""§2.17 key_county_compare and §2.18 the daily, weekly and monthly report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial
from typing import NamedTuple

from .figures import share
from .indicators import COUNTED, INDICATORS, Indicator, Periods, periods_of
from .reading import COUNTIES
from .state import DAY, PREFECTURE
from .tonight import Expected, Published, Tonight

PLACES = (PREFECTURE, *COUNTIES)
BY_CODE = {indicator.code: indicator for indicator in INDICATORS}
Known = Mapping[tuple[str, str, date], Expected]
Cell = tuple[str, str]
NOTHING: Expected = {"value": None, "obs_status": None, "_above": None, "_below": None}


class Shown(NamedTuple):
    """A figure of a report and the one that it is compared with."""

    first: date
    last: date
    now: Expected | None
    before: Expected | None


def report_daily(t: Tonight) -> Iterator[Expected]:
    """Today, against the day before."""
    yield from _report(t, "D", _daily)


def report_weekly(t: Tonight) -> Iterator[Expected]:
    """The last week that is over, against the one before."""
    yield from _report(t, "W", _weekly)


def report_monthly(t: Tonight) -> Iterator[Expected]:
    """The last month that is over, against the one before; and what may be printed of it."""
    rows = list(_report(t, "M", _monthly))
    for row in rows:
        row["_published"] = _published_then(t, row) or NOTHING
        row["previous_as_published"] = row["_published"]["value"]
    names = ("value", "previous_value", "previous_as_published")
    hidden = {name: _hidden(rows, name, t.number("suppression_min")) for name in names}
    for row in rows:
        is_shown = _is_shown(t, row, "value", hidden["value"], row["_now"])
        was_shown = _is_shown(t, row, "previous_value", hidden["previous_value"], row["_before"])
        is_printed = _is_shown(t, row, "previous_as_published", hidden["previous_as_published"], row["_published"])
        earlier = row["previous_as_published"]
        yield row | {
            "is_restated": None not in (earlier, row["previous_value"]) and earlier != row["previous_value"],
            "public_value": row["value"] if is_shown else None,
            "public_previous": row["previous_value"] if was_shown else None,
            "public_change": row["change"] if is_shown and was_shown else None,
            "public_rank": row["rank"] if is_shown else None,
            "public_previous_as_published": earlier if is_printed else None,
        }


def key_county_compare(t: Tonight) -> Iterator[Expected]:
    """The counties that the notice supports above others, beside the prefecture."""
    key_counties = t.seeds.key_counties()
    for indicator in INDICATORS:
        if "K" in indicator.reports:
            figures = {place: _daily(t, indicator, place) for place in PLACES}
            values = {place: shown.now and shown.now["value"] for place, shown in figures.items()}
            ranks = _ranks(indicator, values)
            whole = values[PREFECTURE]
            for county, division in key_counties.items():
                now, value = figures[county].now, values[county]
                if county in t.world.began:
                    yield {
                        "county_code": county,
                        "indicator": indicator.code,
                        "level": division["key_county_level"],
                        "is_verified": division["is_verified"] == "true",
                        "value": value,
                        "prefecture_value": whole,
                        "ratio": share(value, whole),
                        "rank": ranks.get(county),
                        "better_than_prefecture": indicator.direction * value > indicator.direction * whole
                        if indicator.direction and value is not None and whole is not None
                        else None,
                        "obs_status": now["obs_status"] if now else "M",
                    }


# -- what is shown, and what it is compared with


@cache
def _known(t: Tonight) -> Known:
    return _by_key(t.marts["indicator_value"])


@cache
def _known_then(published: Published) -> Known:
    return _by_key(published.marts["indicator_value"])


def _by_key(rows: list[Expected]) -> Known:
    return {(row["indicator"], row["county_code"], row["period"]): row for row in rows}


def _published(t: Tonight, until: date, indicator: Indicator, place: str, period: date | None) -> Expected | None:
    """As the last publication up to a day gave it; period None: of its own day."""
    published = t.last_published(until)
    if published is None:
        return None
    return _known_then(published).get((indicator.code, place, period or published.report_date))


def _on(t: Tonight, indicator: Indicator, place: str, day: date) -> Expected | None:
    """As known tonight."""
    return _known(t).get((indicator.code, place, day))


def _daily(t: Tonight, indicator: Indicator, place: str) -> Shown:
    at = partial(_on, t, indicator, place)
    month = periods_of(t.today).current
    if indicator.kind == "S":
        return Shown(t.today, t.today, at(t.today), at(t.today - DAY))
    if indicator.kind == "P":
        before = _published(t, t.today - DAY, indicator, place, month.first)
        return Shown(month.first, month.until, at(month.first), before)
    return Shown(t.today, t.today, at(t.today), _published(t, t.today - DAY, indicator, place, None))


def _weekly(t: Tonight, indicator: Indicator, place: str) -> Shown:
    at = partial(_on, t, indicator, place)
    periods, week = periods_of(t.today), timedelta(days=7)
    if indicator.kind == "S":
        return Shown(periods.sunday, periods.sunday, at(periods.sunday), at(periods.sunday - week))
    if indicator.kind == "P":
        month = periods.current
        before = _published(t, t.today - week, indicator, place, month.first)
        return Shown(month.first, month.until, at(month.first), before)
    return Shown(t.today, t.today, at(t.today), _published(t, t.today - week, indicator, place, None))


def _monthly(t: Tonight, indicator: Indicator, place: str) -> Shown:
    at = partial(_on, t, indicator, place)
    periods = periods_of(t.today)
    month, before = periods.month, periods.before
    if indicator.kind == "S":
        return Shown(month.last, month.last, at(month.last), at(before.last))
    if indicator.kind == "P":
        return Shown(month.first, month.until, at(month.first), at(before.first))
    return Shown(t.today, t.today, at(t.today), _published(t, before.last, indicator, place, None))


def _report(t: Tonight, letter: str, look: Callable[[Tonight, Indicator, str], Shown]) -> Iterator[Expected]:
    targets = {
        (row["target_code"], row["county_code"]): row for row in t.marts["target_progress"] if row["basis"] == "stock"
    }
    for indicator in INDICATORS:
        if letter not in indicator.reports:
            continue
        shown = {place: look(t, indicator, place) for place in PLACES}
        now = {place: s.now["value"] if s.now else None for place, s in shown.items()}
        before = {place: s.before["value"] if s.before else None for place, s in shown.items()}
        changes = _changes(indicator, shown)
        ranks, ranks_before = _ranks(indicator, now), _ranks(indicator, before)
        for place, figure in shown.items():
            target = targets.get((indicator.code, place))
            yield {
                "county_code": place,
                "indicator": indicator.code,
                "period_from": figure.first,
                "period_to": figure.last,
                "value": now[place],
                "previous_value": before[place],
                "change": changes[place],
                "rank": ranks.get(place),
                "previous_rank": ranks_before.get(place),
                "target_value": target["target_value"] if target else None,
                "scheduled_value": target["scheduled_value"] if target else None,
                "coverage": t.status.coverage(place, indicator.feeds),
                "obs_status": figure.now["obs_status"] if figure.now else "M",
                "_now": figure.now or NOTHING,
                "_before": figure.before or NOTHING,
            }


def _changes(indicator: Indicator, shown: Mapping[str, Shown]) -> dict[str, Decimal | None]:
    """Like for like: what is carried forward on either day changes a count by nothing, and a share is not compared."""

    def own(figure: Shown) -> Decimal | None:
        now, before = figure.now or NOTHING, figure.before or NOTHING
        if now["value"] is None or before["value"] is None:
            return None
        if indicator.kind == "S" and "E" in (now["obs_status"], before["obs_status"]):
            return None if indicator.is_ratio else Decimal(0)
        return now["value"] - before["value"]  # type: ignore[no-any-return]

    found = {place: own(figure) for place, figure in shown.items()}
    if indicator.kind == "S" and not indicator.is_ratio:
        known = [change for place, change in found.items() if place != PREFECTURE and change is not None]
        found[PREFECTURE] = sum(known, Decimal(0)) if known else None
    return found


def _ranks(indicator: Indicator, values: Mapping[str, Decimal | None]) -> dict[str, int]:
    """Places among the counties, 1 the best; a count ranks nobody."""
    if not indicator.direction or not (indicator.is_ratio or indicator.unit in ("CNY", "day")):
        return {}
    known = {place: indicator.direction * v for place, v in values.items() if v is not None and place != PREFECTURE}
    return {place: 1 + sum(other > value for other in known.values()) for place, value in known.items()}


# -- the public table


def _published_then(t: Tonight, row: Expected) -> Expected | None:
    """What the last publication of the month shown gave for the month before."""
    periods: Periods = periods_of(t.today)
    published = t.last_published(periods.month.last)
    is_of_month = published is not None and published.report_date >= periods.month.first
    kind = BY_CODE[row["indicator"]].kind
    if published is None or not is_of_month or kind == "N" or t.today == periods.month.last:
        return None
    period = periods.before.last if kind == "S" else periods.before.first
    return _known_then(published).get((row["indicator"], row["county_code"], period))


def _is_shown(t: Tonight, row: Expected, name: str, hidden: set[Cell], figure: Expected) -> bool:
    indicator, fewest = BY_CODE[row["indicator"]], t.number("suppression_min")
    if (indicator.code, row["county_code"]) in hidden:
        return False
    above, below = figure["_above"], figure["_below"]
    if indicator.is_ratio and not indicator.is_public:
        if (indicator.numerator, row["county_code"]) in hidden or (above is not None and 1 <= above < fewest):
            return False
        return below is None or below >= fewest
    # Of a wage `_below` are those who earn it.
    return not (indicator.code.startswith("median_wage") and below is not None and below < fewest)


def _hidden(rows: list[Expected], name: str, fewest: int) -> set[Cell]:
    """Cells that a public table does not show."""
    cells: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        if BY_CODE[row["indicator"]].unit in COUNTED and row[name] is not None:
            cells.setdefault(row["indicator"], {})[row["county_code"]] = row[name]
    return PublicTable(cells, fewest).hidden


class PublicTable:
    """Indicator → place → value, and the cells of 1 to 9 with what would give them away."""

    def __init__(self, cells: Mapping[str, Mapping[str, Decimal]], fewest: int) -> None:
        self.cells, self.fewest = cells, fewest
        self.hidden: set[Cell] = {
            (code, place)
            for code, values in cells.items()
            for place, value in values.items()
            if self._is_small(value) or (self._is_small(values.get(PREFECTURE, Decimal(0))) and value >= 1)
        }
        known = -1
        while known != len(self.hidden):
            known = len(self.hidden)
            for code in cells:
                self._hide_more(code)
            self.hidden |= {
                (code, place) for code, values in cells.items() for place in values if self._is_hidden_with(code, place)
            }

    def _is_small(self, value: Decimal) -> bool:
        return 1 <= value < self.fewest

    def _hide_more(self, code: str) -> None:
        """Until the hidden counties cannot be derived from the prefecture's number."""
        counties = {place: value for place, value in self.cells[code].items() if place != PREFECTURE}
        while True:
            of = [value for place, value in counties.items() if (code, place) in self.hidden]
            if not of or (len(of) > 1 and sum(of) >= self.fewest):
                return
            left = [(v, place) for place, v in counties.items() if v >= 1 and (code, place) not in self.hidden]
            self.hidden.add((code, min(left)[1] if left else PREFECTURE))
            if not left:
                return

    def _is_hidden_with(self, code: str, place: str) -> bool:
        """Whether the whole or the other part of it is hidden, or the rest of the whole is small."""
        part = BY_CODE[code]
        if (part.whole, place) in self.hidden or (part.other, place) in self.hidden:
            return True
        whole = self.cells.get(part.whole or "", {}).get(place)
        return whole is not None and self._is_small(whole - self.cells[code][place])
