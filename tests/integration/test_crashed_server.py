"""A crash of the server empties unlogged tables, and with them what the core layer left in `tonight` for the marts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from airflow.sdk import RetryAction
from tests.kit.projects import write_small_project

from employment_warehouse import settings, transform
from employment_warehouse.database import migrate
from employment_warehouse.runtime import steps
from employment_warehouse.runtime.dag_defaults import TASKS
from employment_warehouse.transform import ServerLost, TransformFailed

COUNTY, NIGHT = "532501", "2024-05-20"
MODELS = {
    "intermediate/int_post": """
models:
  - name: int_post
    description: Posts of each event.
    config: {meta: {grain: event_no, zh: 各场活动岗位}}
    columns:
      - {name: county_code, data_type: text, description: County., config: {meta: {zh: 县市}}}
      - {name: posts, data_type: integer, description: Posts., config: {meta: {zh: 岗位数}}}
""",
    "marts/events/posts": """
models:
  - name: posts
    description: Posts of each county.
    config:
      contract: {enforced: true}
      meta: {key: [county_code], grain: county_code, zh: 各县市岗位}
    columns:
      - {name: county_code, data_type: text, description: County., config: {meta: {zh: 县市}}}
      - {name: posts, data_type: integer, description: Posts., config: {meta: {zh: 岗位数}}}
""",
}
QUERIES = {
    "intermediate/int_post": "select county_code, posts_offered as posts from {{ ref('stg_job_event') }}\n",
    "marts/events/posts": "select county_code, sum(posts)::integer as posts from {{ ref('int_post') }} group by 1\n",
}


@pytest.fixture
def build(nights: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A night whose core layer is built, of one model in `tonight` and a mart that is made of it."""
    write_small_project(tmp_path, {name: (QUERIES[name], declared) for name, declared in MODELS.items()})
    monkeypatch.setenv("WAREHOUSE_PROJECT", str(tmp_path))
    migrate(nights.connection)
    nights.deliver("job_event", COUNTY, NIGHT, [{"county_code": COUNTY, "event_no": "E1", "posts_offered": 300}])
    begun: int = nights.start(NIGHT)
    steps.build_layer("core", begun)
    return begun


def crash(connection: psycopg.Connection) -> None:
    """What recovery does to the tables of a server that has crashed (tests/torture kills real ones)."""
    unlogged = "select oid::regclass::text from pg_class where relpersistence = 'u' and relkind = 'r'"
    for (table,) in connection.execute(unlogged).fetchall():
        connection.execute(f"truncate {table}".encode())


def is_tried_again(failure: Exception) -> bool:
    """What Airflow does with a task that has failed so."""
    policy = TASKS["retry_policy"]
    return bool(policy.evaluate(failure, try_number=1, max_tries=3).action is RetryAction.RETRY)


def posts(nights: Any) -> Any:
    return nights.rows("select county_code, posts from build.posts")


def test_marts_are_computed_from_a_core_that_is_built_again(build: int, nights: Any) -> None:
    crash(nights.connection)
    steps.build_layer("mart", build)
    assert posts(nights) == [(COUNTY, 300)]


def test_a_crash_while_marts_are_computed_is_tried_again(
    build: int, nights: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dbt = transform.run_dbt

    def crashing(select: str, number: int) -> Any:
        crash(nights.connection)
        return run_dbt(select, number)

    with monkeypatch.context() as patched:
        patched.setattr(transform, "run_dbt", crashing)
        with pytest.raises(ServerLost) as failure:
            steps.build_layer("mart", build)
    assert is_tried_again(failure.value)
    steps.build_layer("mart", build)
    assert posts(nights) == [(COUNTY, 300)]


def test_a_connection_that_ends_is_not_held_against_the_model(build: int, nights: Any) -> None:
    path = settings.project_root() / "dbt_project" / "models" / "marts" / "events" / "posts.sql"
    path.write_text(f"{QUERIES['marts/events/posts']} having pg_terminate_backend(pg_backend_pid())\n", "utf-8")
    with pytest.raises(ServerLost, match="where: posts"):
        steps.build_layer("mart", build)
    assert nights.rows("select status from ops.delivery") == [("accepted",)]
    path.write_text(QUERIES["marts/events/posts"], "utf-8")
    steps.build_layer("mart", build)
    assert posts(nights) == [(COUNTY, 300)]


def test_marts_are_not_computed_from_what_a_trial_has_left(build: int, nights: Any) -> None:
    """A mart that fails is tried without what the unit has sent, which leaves a core without it."""
    path = settings.project_root() / "dbt_project" / "models" / "marts" / "events" / "posts.sql"
    path.write_text(
        "select county_code, posts / 0 as posts from {{ ref('int_post') }} union select '1', 1 / 0", "utf-8"
    )
    with pytest.raises(TransformFailed):
        steps.build_layer("mart", build)
    path.write_text(QUERIES["marts/events/posts"], "utf-8")
    steps.build_layer("mart", build)
    assert posts(nights) == [(COUNTY, 300)]
