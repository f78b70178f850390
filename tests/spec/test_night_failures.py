"""Each task of the night made to fail once: what still runs, how the run ends, and docs/reliability.md says so."""

from __future__ import annotations

import re

import pytest
from tests.kit.night_failures import night, states

from employment_warehouse.settings import project_root

TABLE = project_root() / "docs" / "reliability.md"


def run_state(found: dict[str, str]) -> str:
    """Airflow fails a run if one of its last tasks did not succeed."""
    last = [task.task_id for task in night().tasks if not task.downstream_task_ids]
    return "success" if {found[name] for name in last} == {"success"} else "failed"


def table() -> dict[str, list[str]]:
    """Task → the cells of its row in docs/reliability.md."""
    (section,) = re.findall(
        r"^\| Task of `night` .*?\n\n", TABLE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", section, flags=re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}


def test_every_task_is_in_the_table() -> None:
    assert set(table()) == {task.task_id for task in night().tasks}


@pytest.mark.parametrize("failing", sorted(task.task_id for task in night().tasks))
def test_a_failing_task_fails_the_run_and_skips_only_what_needs_it(failing: str) -> None:
    found = states(failing)
    skipped = sorted(name for name, state in found.items() if state == "upstream_failed" and name != "confirm_intake")
    stated_run, stated_exit, stated_skipped, _ = table()[failing]
    assert (run_state(found), stated_run, stated_exit[0]) == ("failed", "failed", "1")
    assert skipped == sorted(re.findall(r"`(\w+)`", stated_skipped))


@pytest.mark.parametrize("failing", sorted({task.task_id for task in night().tasks} - {"deliver_alerts"}))
def test_alerts_are_delivered_even_if_tasks_fail(failing: str) -> None:
    assert states(failing)["deliver_alerts"] == "success"


@pytest.mark.parametrize(
    "failing",
    ["record_history", "record_released", "purge_landing", "write_returns", "ingest_county_files", "confirm_intake"],
)
def test_these_do_not_stop_the_report(failing: str) -> None:
    assert states(failing)["report_daily"] == "success"


def test_what_was_released_by_hand_is_recorded_before_the_next_build_changes_the_seeds() -> None:
    assert "record_released" in night().get_task("build_warehouse").get_flat_relative_ids(upstream=True)
