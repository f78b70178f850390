"""The dumped schema is what the migrations make."""

from __future__ import annotations

import difflib

import psycopg
import pytest
from tests.kit.schema import SCHEMA, dump

pytestmark = pytest.mark.quick


def test_the_migrations_make_exactly_the_dumped_schema(warehouse: psycopg.Connection) -> None:
    dumped, made = SCHEMA.read_text("utf-8"), dump(warehouse)
    changes = difflib.unified_diff(dumped.splitlines(), made.splitlines(), "schema.sql", "the migrations", lineterm="")
    assert dumped == made, "\n".join(
        ["the migrations make another schema: run `make schema`, and review the change of schema.sql", *changes]
    )


def test_a_new_feed_or_mart_changes_nothing_in_the_dumped_schema(warehouse: psycopg.Connection) -> None:
    before = dump(warehouse)
    warehouse.execute("create table landing.toy (line integer); create table store.toy (line integer)")
    warehouse.execute("create view marts.toy as select 1 as line; insert into ops.versioned (model) values ('toy')")
    assert dump(warehouse) == before
