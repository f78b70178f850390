"""A publication that was rolled back leaves no trace: later nights are those of a history without it."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from tests.kit.nights import Nights
from tests.kit.reported import COUNTY, OTHER, person, spell

from employment_warehouse import publication

DAYS = ("2024-05-01", "2024-05-02", "2024-05-03")


def register(county: str, *names: str, **other: Any) -> list[dict[str, Any]]:
    return [person(name, county, **other) for name in names]


def spells(county: str, *names: str, **other: Any) -> list[dict[str, Any]]:
    return [spell(name, county=county, **other) for name in names]


def deliver_first(nights: Nights) -> None:
    nights.deliver("labor_register", COUNTY, DAYS[0], register(COUNTY, "a", "b", "c"))
    nights.deliver("employment", COUNTY, DAYS[0], spells(COUNTY, "a", "b"))
    nights.deliver("labor_register", OTHER, DAYS[0], register(OTHER, "x", "y"))


def deliver_right(nights: Nights) -> None:
    """What the second night has beside the wrong file, which is itself sent again, correct, on the third."""
    nights.deliver("employment", OTHER, DAYS[1], spells(OTHER, "x"))
    nights.deliver("labor_register", OTHER, DAYS[1], register(OTHER, "x", "y", "z"))


def deliver_third(nights: Nights) -> None:
    nights.deliver("labor_register", COUNTY, DAYS[2], register(COUNTY, "a", "b", "c", "d"))
    nights.deliver("employment", COUNTY, DAYS[2], spells(COUNTY, "a", "d"))


def digests(nights: Nights) -> dict[str, Any]:
    """Of everything that readers and models see, without the numbers of builds and publications."""
    models = nights.rows("select viewname from pg_views where schemaname = 'build' order by 1")
    restated = nights.rows("select to_jsonb(r) - 'published_in' from build.restatement as r order by 1")
    return {model: nights.digest(model) for (model,) in models} | {"restatement": str(restated)}


def empty(nights: Nights) -> None:
    """The same warehouse, before its first night."""
    # Closed months, of which there are none here, forbid it.
    nights.connection.execute("set session_replication_role = replica")
    nights.connection.execute("truncate ops.build, ops.publication, ops.pointer, ops.delivery cascade")
    nights.connection.execute("reset session_replication_role")
    nights.connection.execute("insert into ops.pointer default values")
    nights.revisions.clear()
    for (table,) in nights.rows(
        "select c.oid::regclass::text from pg_class as c"
        " where c.relnamespace in ('store'::regnamespace, 'landing'::regnamespace) and c.relkind = 'r'"
    ):
        nights.connection.execute(f"truncate {table}")


@pytest.fixture
def nights(warehouse: psycopg.Connection) -> Nights:
    return Nights(warehouse, select="path:models")


def test_after_a_rollback_the_next_night_is_that_of_a_history_without_it(nights: Nights) -> None:
    deliver_first(nights)
    nights.night(DAYS[0])
    deliver_right(nights)
    deliver_third(nights)
    nights.night(DAYS[2])
    without = digests(nights)
    assert any(not digest.startswith("0:") for digest in without.values())

    empty(nights)
    deliver_first(nights)
    first = nights.night(DAYS[0])
    as_first = digests(nights)
    deliver_right(nights)
    wrong = [
        nights.deliver("labor_register", COUNTY, DAYS[1], register(COUNTY, "a", deceased_on="2024-01-01")),
        nights.deliver("employment", COUNTY, DAYS[1], spells(COUNTY, "b", end_date="2024-04-30")),
    ]
    second = nights.night(DAYS[1])
    assert digests(nights) != as_first
    assert publication.roll_back(second, wrong, "the county sent last year's registers") == first
    deliver_third(nights)
    nights.night(DAYS[2])
    assert digests(nights) == without
    assert nights.scalar("select count(*) from ops.delivery where status = 'withdrawn'") == len(wrong)
    assert nights.scalar("select marts.as_of(%s)", DAYS[1]) == first
    # Nothing in the store knows the build any more.
    for (model,) in nights.rows("select viewname from pg_views where schemaname = 'build'"):
        assert nights.scalar(f"select count(*) from store.{model} where {second} in (from_build, to_build)") == 0
