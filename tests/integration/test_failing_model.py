"""A model that fails on what one unit has sent: that is held, and the night is built without it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.kit.projects import write_small_project

from employment_warehouse import gate, publication, settings
from employment_warehouse.database import DatabaseRefusal, migrate
from employment_warehouse.runtime import steps
from employment_warehouse.runtime.layers import minimal_failing
from employment_warehouse.transform import TransformFailed

GOOD, EMPTY, THIRD = "532501", "532528", "532503"
NIGHT = "2024-05-20"
MART = """
models:
  - name: posts_per_employer
    description: Posts for each employer of a job event.
    config:
      contract: {enforced: true}
      meta: {key: [county_code, event_no], grain: "county_code, event_no", zh: 每家单位的岗位数}
    columns:
      - {name: county_code, data_type: text, description: County., config: {meta: {zh: 县市}}}
      - {name: event_no, data_type: text, description: Event., config: {meta: {zh: 活动}}}
      - {name: posts, data_type: integer, description: Posts., config: {meta: {zh: 岗位数}}}
"""
QUERY = "select county_code, event_no, posts_offered / employers as posts from {{ ref('stg_job_event') }}\n"


@pytest.fixture
def events(nights: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Nights of a project with one mart, which divides by the number of employers."""
    write_small_project(tmp_path, {"marts/events/posts_per_employer": (QUERY, MART)})
    monkeypatch.setenv("WAREHOUSE_PROJECT", str(tmp_path))
    migrate(nights.connection)
    return nights


def event(county: str, employers: int) -> dict[str, Any]:
    return {
        "county_code": county, "event_no": f"E{county}", "event_type": "job_fair", "held_on": NIGHT,
        "employers": employers, "posts_offered": 300, "participants": 500, "intents": 80,
    }  # fmt: skip


def posts(nights: Any) -> list[tuple[str, int]]:
    return nights.rows("select county_code, posts from build.posts_per_employer order by 1")


def statuses(nights: Any) -> dict[str, str]:
    return dict(nights.rows("select unit || ' ' || feed, status from ops.delivery"))


def test_deliveries_with_which_a_model_fails_are_held_and_the_rest_is_built(events: Any) -> None:
    """A fair without employers: of its county the job event is held, and nothing else."""
    for county, employers in ((GOOD, 3), (EMPTY, 0), (THIRD, 4)):
        events.deliver("job_event", county, NIGHT, [event(county, employers)])
    events.deliver("workshop", EMPTY, NIGHT)
    build = events.start(NIGHT)
    steps.build_layer("mart", build)
    assert posts(events) == [(GOOD, 100), (THIRD, 75)]
    assert statuses(events) == {
        f"{GOOD} job_event": "accepted",
        f"{EMPTY} job_event": "held",
        f"{THIRD} job_event": "accepted",
        f"{EMPTY} workshop": "accepted",
    }
    assert events.rows("select held_by from ops.delivery where status = 'held'") == [("model",)]
    (check,) = events.records("select * from ops.check_result where check_name = 'model_failed'")
    assert (check["unit"], check["feed"], check["severity"], check["success"]) == (
        EMPTY,
        "job_event",
        "critical",
        False,
    )
    assert "division by zero" in check["message_en"]
    assert check["message_zh"].startswith("用这份数据无法计算“每家单位的岗位数”（")
    assert check["message_en"].startswith("posts_per_employer cannot be computed with these data")
    # Released, it would be held again: that is said beforehand. With other models it may pass.
    events.publish(build)
    for tried_out in (False, True):
        if tried_out:
            publication.start_scratch()
        with pytest.raises(DatabaseRefusal, match=r"不能放行.*posts_per_employer") as refusal:
            publication.release_delivery(check["delivery_id"], "the county confirms it")
        assert refusal.value.code == "WH014"
        assert "correct the data" in str(refusal.value)
    path = settings.project_root() / "dbt_project" / "models" / "marts" / "events" / "posts_per_employer.sql"
    path.write_text(QUERY.replace("/ employers", "/ nullif(employers, 0)"), "utf-8")
    steps.build_layer("mart", events.start("2024-05-21"))
    publication.release_delivery(check["delivery_id"], "the model is fixed")
    steps.build_layer("mart", events.start("2024-05-22"))
    assert [county for county, _ in posts(events)] == [EMPTY]  # what is offered to that night


def test_a_model_that_fails_without_what_was_sent_tonight_fails_the_night(events: Any) -> None:
    path = settings.project_root() / "dbt_project" / "models" / "marts" / "events" / "posts_per_employer.sql"
    path.write_text("select '532501' as county_code, 'E' as event_no, 1 / 0 as posts\n", "utf-8")
    events.deliver("job_event", GOOD, NIGHT, [event(GOOD, 3)])
    build = events.start(NIGHT)
    with pytest.raises(TransformFailed):
        steps.build_layer("mart", build)
    assert statuses(events) == {f"{GOOD} job_event": "accepted"}


def test_a_model_that_fails_because_of_most_units_holds_none_of_them(events: Any) -> None:
    for county in (GOOD, EMPTY, THIRD):
        events.deliver("job_event", county, NIGHT, [event(county, 0)])
    build = events.start(NIGHT)
    with pytest.raises(TransformFailed):
        steps.build_layer("mart", build)
    assert set(statuses(events).values()) == {"accepted"}


def test_a_trial_that_was_killed_leaves_nothing_out(nights: Any, warehouse: psycopg.Connection) -> None:
    """By the next attempt of the same build, and by the next build."""
    nights.deliver("job_event", GOOD, NIGHT, [event(GOOD, 3)])
    build = nights.start(NIGHT)
    gate.exclude_from_trial(build, gate.sent_tonight(build))
    assert statuses(nights) == {f"{GOOD} job_event": "landed"}
    warehouse.execute("update ops.delivery set reason = '说法已改'")
    gate.end_trial(build)
    assert nights.rows("select status, reason, held_by from ops.delivery") == [("accepted", None, None)]
    gate.exclude_from_trial(build, gate.sent_tonight(build))
    later = nights.start(NIGHT)
    assert nights.rows("select build, status, reason, held_by from ops.delivery") == [(later, "accepted", None, None)]


@pytest.mark.quick
@pytest.mark.parametrize(
    ("bad", "found"),
    [
        (lambda items: False, []),
        (lambda items: 5 in items, [5]),
        (lambda items: 0 in items, [0]),
        (lambda items: 7 in items or 2 in items, [2, 7]),
        (lambda items: {3, 6} <= set(items), [6]),  # they fail together: one of them is enough
        (lambda items: True, []),  # without any item as well: none is to blame
        (bool, []),  # all of them: more than three
    ],
)
def test_culprits_are_found_by_bisecting(bad: Any, found: list[int]) -> None:
    tries = 0

    def fails(items: Sequence[int]) -> bool:
        nonlocal tries
        tries += 1
        return bool(bad(items))

    assert sorted(minimal_failing(range(8), fails, most=3)) == found
    assert tries <= 2 + 4 * 4
