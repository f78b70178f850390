"""What was published and is known otherwise now, and why."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kit.marts import restated
from tests.kit.reported import COUNTY, OTHER, person, report, spell

from employment_warehouse.landing.scanning import CORRECTION_PART

PEOPLE = [person("a"), person("b")]


def begin_first(nights: Any) -> None:
    """A published night of 3 May, with a register and a job."""
    nights.select = "+restatement,resource_type:model"
    report(nights, COUNTY, "2024-05-03", PEOPLE, [spell("a")])
    nights.night("2024-05-03")


@pytest.fixture
def first(nights_after: Any) -> Any:
    return nights_after(begin_first)


def test_nothing_is_restated_while_nothing_new_is_known(first: Any) -> None:
    first.night("2024-05-04")
    assert first.rows("select * from marts.restatement") == []


def test_each_cause_and_the_latest_of_several(first: Any) -> None:
    """Reported by an ordinary file a day later, then by a corrected file; of another county, by a late file."""
    reported_later = spell("b", start_date="2024-05-03")
    report(first, COUNTY, "2024-05-04", PEOPLE, [spell("a"), reported_later])
    first.night("2024-05-04")
    assert restated(first) == [("2024-05-03", 1, 2, 1, "later_report", ["later_report"])]
    assert restated(first, county="532500") == restated(first)
    assert restated(first, "labour_force") == []

    first.deliver("labor_register", COUNTY, "2024-05-03", [*PEOPLE, person("c")])
    first.deliver("employment", COUNTY, "2024-05-03", [spell("a"), spell("c", end_date="2024-05-03")])
    first.night("2024-05-05")
    # On the 4th the register without c stands.
    assert restated(first) == [("2024-05-03", 1, 3, 2, "correction", ["later_report", "correction"])]
    assert restated(first, "labour_force") == [("2024-05-03", 2, 3, 1, "correction", ["correction"])]

    report(first, OTHER, "2024-05-04", [person("d", OTHER)], [spell("d", county=OTHER)])
    first.night("2024-05-06")
    assert restated(first, county=OTHER) == [
        ("2024-05-04", None, 1, 1, "late_file", ["late_file"]),
        ("2024-05-05", None, 1, 1, "late_file", ["late_file"]),
    ]


def test_what_a_return_workbook_corrects_is_no_late_file(first: Any) -> None:
    """The rows come as one more part of the report that was in time."""
    part = f"{CORRECTION_PART}001"
    first.deliver("employment", COUNTY, "2024-05-03", [spell("b")], part=part, kind="correction")
    first.night("2024-05-04")
    assert restated(first) == [("2024-05-03", 1, 2, 1, "correction", ["correction"])]


def test_another_age_limit_is_a_rule_change(first: Any) -> None:
    """Of age at 18: b, who is 17, leaves the labour force on the days as well that were published."""
    young = person("b", birth_date="2007-01-01")
    report(first, COUNTY, "2024-05-04", [PEOPLE[0], young], [spell("a")])
    first.night("2024-05-04")
    first.connection.execute("update seeds.setting set value = '18' where name = 'working_age_from'")
    first.night("2024-05-05")
    assert restated(first, "labour_force") == [("2024-05-04", 2, 1, -1, "rule_change", ["rule_change"])]


def test_another_countys_roster_changes_a_figure_too(first: Any) -> None:
    """The other county reports that b works since the 2nd; this one reports nothing that night."""
    report(first, OTHER, "2024-05-04", [person("d", OTHER)], [spell("b", county=OTHER, start_date="2024-05-02")])
    first.night("2024-05-04")
    assert restated(first) == [("2024-05-03", 1, 2, 1, "other_unit", ["other_unit"])]
    assert restated(first, county="532500") == [("2024-05-03", 1, 2, 1, "later_report", ["later_report"])]


def test_a_publication_that_was_rolled_back_is_not_the_last_one(first: Any) -> None:
    first.deliver("employment", COUNTY, "2024-05-03", [spell("a"), spell("b", start_date="2024-05-03")])
    again = first.night("2024-05-03")
    first.connection.execute("select ops.roll_back(%s, '{}', 'a test')", (again,))
    first.night("2024-05-04")
    assert [row[:4] for row in restated(first)] == [("2024-05-03", 1, 2, 1)]
