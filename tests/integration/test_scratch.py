"""An engineer builds a model outside a night and reads it; readers and the next night are unaffected."""

from __future__ import annotations

import io
import re
from typing import Any

import psycopg
import pytest
from rich.console import Console
from tests.kit.nights import certify, start_build
from tests.kit.reported import workshop

from employment_warehouse import publication, transform
from employment_warehouse.alert.queries import query as alert_query
from employment_warehouse.console.queries import query as console_query
from employment_warehouse.database import DatabaseRefusal, connect
from employment_warehouse.errors import UserError
from employment_warehouse.runtime import querying, scratch_build

MODELS = ("reported_workshop", "dim_workshop")


def begin_workshops(nights: Any) -> None:
    """One published night with a workshop."""
    nights.select = " ".join(MODELS)
    nights.deliver("workshop", "532528", "2024-05-01", [workshop("W1", 5)])
    nights.night("2024-05-01")


@pytest.fixture
def workshops(nights_after: Any) -> Any:
    return nights_after(begin_workshops)


def try_out(*models: str) -> str:
    """Build models as the command line does; what it prints."""
    printed = io.StringIO()
    scratch_build.run_dbt(["build", "--select", *models], Console(file=printed, width=200))
    return printed.getvalue()


def tonight(query: str) -> str:
    target = io.BytesIO()
    querying.write_tonight(query, target)
    return target.getvalue().decode()


def published(workshops: Any) -> list[tuple[Any, ...]]:
    return list(workshops.rows("select workshop_no, workers from marts.dim_workshop order by 1"))


def test_a_model_is_built_and_read_outside_a_night(workshops: Any) -> None:
    workshops.connection.execute("update store.dim_workshop set workers = 0")  # as if by an earlier text of the model
    assert re.match(r"success  dim_workshop  \d+\.\d s\n", try_out("dim_workshop"))
    assert tonight("select workshop_no, workers from dim_workshop") == "workshop_no,workers\nW1,5\n"
    assert published(workshops) == [("W1", 0)]


def test_a_scratch_build_uses_no_new_delivery_and_does_not_change_the_next_night(workshops: Any) -> None:
    workshops.deliver("workshop", "532528", "2024-05-02", [workshop("W1", 6), workshop("W2", 7)])
    try_out(*MODELS)
    assert tonight("select workshop_no, workers from dim_workshop") == "workshop_no,workers\nW1,5\n"
    workshops.connection.execute("update store.dim_workshop set workers = 9 where from_build > 1")
    workshops.night("2024-05-02")
    assert published(workshops) == [("W1", 6), ("W2", 7)]


def test_a_second_run_continues_the_scratch_build(workshops: Any) -> None:
    for model in MODELS:
        try_out(model)
    assert workshops.rows("select count(*), min(status) from ops.build where run_id = 'scratch'") == [(1, "building")]


def test_a_scratch_build_is_not_taken_for_the_night(workshops: Any) -> None:
    night = publication.newest_build()
    workshops.connection.execute(
        "insert into ops.alert (report_date, level, kind, unit, title, body)"
        " values ('2024-05-01', 'critical', 'feed_missing', '532528', 'title', 'body')"
    )
    assert publication.start_scratch() > night
    [(shown, _, status, *_)] = workshops.connection.execute(console_query("newest_build")).fetchall()
    assert (shown, status) == (night, "published")
    followed = {"report_date": "2024-05-02", "kinds": ["feed_missing"]}
    assert workshops.connection.execute(alert_query("open_nights"), followed).fetchall() == [(night, ["feed_missing"])]


@pytest.mark.parametrize("status", ["building", "held"])
def test_no_scratch_build_while_a_night_is_built_or_held(workshops: Any, status: str) -> None:
    night = start_build("2024-05-02")
    if status == "held":
        publication.hold_night(night, "a check failed")
    with pytest.raises(DatabaseRefusal, match=f"build {night} of the night of 2024-05-02 is {status}") as refused:
        try_out("dim_workshop")
    assert refused.value.code == "WH013"
    assert workshops.rows("select max(build), max(status) from ops.build where build >= %s", night) == [(night, status)]


def test_a_scratch_build_is_never_published(workshops: Any) -> None:
    scratch = publication.start_scratch()
    certify(scratch)
    with pytest.raises(DatabaseRefusal, match=f"build {scratch} is a scratch build"):
        publication.publish(scratch)


def test_a_run_that_another_build_has_overtaken_writes_nothing(workshops: Any) -> None:
    scratch = publication.start_scratch()
    night = workshops.start("2024-05-02")
    with pytest.raises(transform.TransformFailed, match=f"build {scratch} is not in progress"):
        transform.run_scratch(["build", "--select", "dim_workshop"], scratch)
    assert workshops.rows("select model from ops.model_version where build = %s", night) == []


def test_what_is_read_of_tonight_is_read_only(workshops: Any) -> None:
    with pytest.raises(UserError) as refused:
        tonight("delete from ops.certificate")
    assert refused.value.code == "query_failed"


def test_other_commands_of_dbt_are_refused_by_name(workshops: Any) -> None:
    with pytest.raises(UserError) as refused:
        transform.run_scratch(["docs", "serve"], publication.start_scratch())
    assert (refused.value.code, refused.value.where) == ("dbt_command_unknown", "docs")


def test_only_the_publisher_begins_a_scratch_build(workshops: Any) -> None:
    with connect("wh_transformer") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select ops.start_scratch()")
