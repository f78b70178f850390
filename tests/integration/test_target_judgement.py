"""Whether a target is on track: never said where nobody can say."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.kit.reported import person, spell

from employment_warehouse.contract.divisions import divisions

LAST = "532532"


def register(nights: Any, county: str, on: str) -> None:
    """A county's registers of one person who works; the household is not relocated."""
    nights.deliver("labor_register", county, on, [person(county, county)])
    nights.deliver("employment", county, on, [spell(county, county=county)])


def judged(nights: Any, target: str, *counties: str) -> list[bool | None]:
    rows = nights.rows(
        "select county_code, on_track from marts.target_progress where target_code = %s and basis = 'stock'", target
    )
    found = dict(rows)
    return [found[county] for county in counties]


def baselines(nights: Any, *counties: str) -> list[tuple[Any, ...]]:
    """Value and date of each, and what the schedule asks for."""
    rows = nights.rows(
        "select county_code, baseline_value, baseline_on, scheduled_value from marts.target_progress"
        " where target_code = 'rural_employed' and basis = 'stock'"
    )
    found = {county: baseline for county, *baseline in rows}
    return [tuple(found[county]) for county in counties]


def test_a_schedule_begins_where_there_is_a_figure(nights: Any) -> None:
    """Twelve counties report, then all: the last and the prefecture have no figure before."""
    for county in divisions().counties:
        if county != LAST:
            register(nights, county, "2024-05-01")
    nights.night("2024-05-01")
    first, second, nothing = date(2024, 5, 1), date(2024, 6, 1), (None, None, None)
    assert baselines(nights, "532500", LAST, "532503") == [nothing, nothing, (1, first, 1)]
    register(nights, LAST, "2024-06-01")
    nights.night("2024-06-01")
    assert baselines(nights, "532500", LAST) == [(13, second, 13), (1, second, 1)]
    assert [baseline[:2] for baseline in baselines(nights, "532503")] == [(1, first)]
    nights.night("2024-06-02")
    assert [baseline[:2] for baseline in baselines(nights, "532500", LAST)] == [(13, second), (1, second)]
    # Who stands still after the first figure falls behind.
    assert judged(nights, "rural_employed", "532500", LAST) == [False, False]


def test_a_baseline_that_is_a_date_alone_is_the_figure_of_that_day(nights: Any) -> None:
    """Where there is none of that day, it is the first publication's, and stays so."""
    nights.connection.execute("update seeds.target set baseline_on = '2023-12-31'")
    register(nights, LAST, "2023-12-31")  # the job begins in March
    register(nights, "532503", "2024-05-01")
    decided, first = date(2023, 12, 31), date(2024, 5, 1)
    nights.night("2024-05-01")
    assert [baseline[:2] for baseline in baselines(nights, LAST, "532503")] == [(0, decided), (1, first)]
    for county in (LAST, "532503"):
        nights.deliver("employment", county, "2024-05-02")
    nights.night("2024-05-02")
    assert [baseline[:2] for baseline in baselines(nights, LAST, "532503")] == [(0, decided), (1, first)]


def test_a_target_in_another_unit_stops_no_night(nights: Any) -> None:
    """Ten thousand persons who work are not the rate of a target of one."""
    nights.select = "+path:models/marts/targets +indicator_value,resource_type:model"
    nights.connection.execute("update seeds.target set target_value = 0.001 where target_code = 'rural_employed'")
    register(nights, LAST, "2024-05-01")
    nights.night("2024-05-01")
    assert nights.rows(
        "select actual_value, progress_rate from marts.target_progress"
        " where county_code = %s and target_code = 'rural_employed' and basis = 'stock'",
        LAST,
    ) == [(1, None)]
    assert nights.rows(
        "select value from marts.indicator_value where county_code = %s and indicator = 'rural_employed_progress'", LAST
    ) == [(None,)]


def test_a_target_is_on_track_only_where_it_can_be_judged(nights: Any) -> None:
    """Twelve counties report, then all; then the deadline (31 December 2024) is past."""
    nights.connection.execute("delete from seeds.target where county_code = '532501'")
    for county in divisions().counties:
        if county != LAST:
            register(nights, county, "2024-05-01")
    nights.night("2024-05-01")
    # Jobs: each has its first night's figure as the baseline and stands on it. Homes: a target of 0, and none is open.
    for target in ("rural_employed", "zero_employment_relocated_households"):
        # Without a register of 532532 neither it nor the prefecture can be judged; 532501 has no target.
        assert judged(nights, target, "532500", LAST, "532501", "532503") == [None, None, None, True]
    register(nights, LAST, "2024-12-31")
    nights.night("2024-12-31")
    assert judged(nights, "zero_employment_relocated_households", "532500", LAST, "532501", "532503") == [
        True, True, None, True,
    ]  # fmt: skip
    nights.night("2025-01-01")
    for target in ("rural_employed", "zero_employment_relocated_households"):
        assert judged(nights, target, "532500", LAST, "532501", "532503") == [None, None, None, None]
