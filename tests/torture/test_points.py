"""The points at which steps are killed exist: whoever renames a function finds out here, not in the torture."""

from __future__ import annotations

from itertools import chain

from tests.kit.nights import TASKS
from tests.torture import faults
from tests.torture.points import AFTER_INTAKE, POINTS

ALL = [*faults.FAULTS.values(), *POINTS, *chain.from_iterable(AFTER_INTAKE.values())]


def test_every_point_is_a_function_and_has_a_name_of_its_own() -> None:
    assert [point for point in ALL if not callable(getattr(*faults.place_of(point), None))] == []
    assert len({point.name for point in ALL}) == len(ALL)


def test_every_task_after_the_intake_has_points() -> None:
    assert list(AFTER_INTAKE) == list(TASKS)
    assert len(POINTS) + sum(map(len, AFTER_INTAKE.values())) >= 40
