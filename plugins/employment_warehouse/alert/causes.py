"""What the alerts of a night are about: rows of the ledger, and of the marts that the night published, by kind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from psycopg.rows import dict_row

from employment_warehouse import database, settings
from employment_warehouse.alert.queries import query
from employment_warehouse.contract import year_without_holidays
from employment_warehouse.contract.divisions import divisions

# What units have to correct: open under the date of its night until the cause is gone, however many nights later.
SUBMISSIONS = ("delivery_held", "file_refused", "feed_missing")
# New households without employment: open under their date until none of them is left.
HOUSEHOLDS = ("zero_employment", "zero_employment_uncertain")
# Judged again by every night, or by every one that is published: the newest speaks for those before it.
NIGHTLY = (
    "night_not_started",
    "night_failed",
    "night_held",
    "intake_failed",
    "sheets_left_out",
    "holidays_unknown",
    "bulletin_number_repeats",
)
PUBLISHED = ("wages_owed", "double_registration")

Row = dict[str, Any]
Causes = dict[str, list[Row]]
Households = Mapping[tuple[str, str], Row]
UnemployedOf = Callable[[int | None], Households]


def find_night(build: int) -> Row | None:
    """The night of a build, as the queries of its causes take it."""
    return next(iter(_nights([build])), None)


def find_open_nights(night: Row) -> list[Row]:
    """The earlier nights with open alerts about submissions or households, the first one first; `open_kinds`: which."""
    parameters = {**night, "kinds": [*SUBMISSIONS, *HOUSEHOLDS]}
    open_kinds = {row["build"]: row["open_kinds"] for row in _ledger(["open_nights"], parameters)["open_nights"]}
    return [{**earlier, "open_kinds": open_kinds[earlier["build"]]} for earlier in _nights(list(open_kinds))]


def find_submissions(night: Row, kinds: Collection[str] = SUBMISSIONS) -> Causes:
    """What units have to correct of what was due or offered to a night, as it stands now."""
    return _ledger(kinds, night)


def find_problems(night: Row) -> Causes:
    """What keeps the night itself from readers, or will; what it has not read, where nothing may be wrong; and what the
    operator has configured wrongly.
    """
    states = {"held": ["night_held"], "published": []}
    found = _ledger(["intake_failed", "sheets_left_out", *states.get(night["status"], ["night_failed"])], night)
    days_ahead = night["holidays_needed_days"]
    if days_ahead is not None and (year := year_without_holidays(night["report_date"], days_ahead)):
        found["holidays_unknown"] = [{"unit": night["prefecture"], "year": str(year)}]
    if number := settings.repeated_bulletin_number():
        found["bulletin_number_repeats"] = [{"unit": night["prefecture"], "number": number}]
    return found


def find_figures(night: Row, unemployed: UnemployedOf) -> Causes:
    """What a published night says that somebody must act on. unemployed: as find_unemployed."""
    found = _ledger(["double_registration", "register_gaps"], night)
    gaps = {row["unit"]: row for row in found.pop("register_gaps")}
    return (
        found
        | _marts(["wages_owed"], night, night["build"])
        | _split_households(find_households(night, night["build"], unemployed), gaps)
    )


def find_households(night: Row, publication: int, unemployed: UnemployedOf) -> list[Row]:
    """By county the households that a night has found new and that are still without employment in a publication.

    New is which the publication before did not have, whenever the household lost its last job: a county often reports
    that days later. unemployed: as find_unemployed.
    """
    new = unemployed(night["publication"]).keys() - unemployed(night["previous_publication"]).keys()
    left = [row for key, row in unemployed(publication).items() if key in new]
    return [
        {
            "unit": unit,
            "households": len(rows),
            "relocated": sum(row["is_relocated"] is True for row in rows),  # null: not known
            "since": min(row["opened_on"] for row in rows),
        }
        for unit, rows in ((unit, list(of_unit)) for unit, of_unit in groupby(left, key=itemgetter("county_code")))
    ]


def find_unemployed(publication: int | None) -> Households:
    """The households without employment of a publication, by county and number, in this order; of none: none."""
    if publication is None:
        return {}
    rows = _marts(["unemployed_households"], {}, publication)["unemployed_households"]
    return {(row["county_code"], row["household_no"]): row for row in rows}


def find_unattended(night: Row) -> Causes:
    """What has been open for days, for the prefecture."""
    return _ledger(["unattended"], night)


def _nights(builds: list[int]) -> list[Row]:
    rows = _ledger(["night"], {"builds": builds})["night"]
    return [{**row, "prefecture": divisions().prefecture} for row in rows]


def _split_households(households: Iterable[Row], register_gaps: dict[str, Row]) -> Causes:
    """Those of incomplete registers apart, as an alert of its own that says so.

    Where a county never sent an employment register every household would be one: no alert is raised.
    """
    certain, uncertain = [], []
    for row in households:
        gap = register_gaps.get(row["unit"])
        if gap is None:
            certain.append(row)
        elif gap["has_register"]:
            uncertain.append({**row, **gap})
    return {"zero_employment": certain, "zero_employment_uncertain": uncertain}


def _ledger(kinds: Collection[str], parameters: Row) -> Causes:
    with database.connect("wh_publisher") as connection, connection.cursor(row_factory=dict_row) as cursor:
        return {kind: cursor.execute(query(kind), parameters).fetchall() for kind in kinds}


def _marts(kinds: Collection[str], parameters: Row, publication: int) -> Causes:
    """From a publication, as an analyst sees it."""
    with database.connect("wh_reporter") as connection, connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("select marts.pin(%s)", [publication])
        return {kind: cursor.execute(query(kind), parameters).fetchall() for kind in kinds}
