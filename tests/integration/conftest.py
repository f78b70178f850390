"""Fixtures of the tests that need a server."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from tests.conftest import copy_database, fresh_warehouse
from tests.kit.nights import Nights

from employment_warehouse.database.embedded import Server

Begin = Callable[[Nights], None]


@pytest.fixture
def nights(warehouse: psycopg.Connection) -> Nights:
    """The nights of a fresh warehouse."""
    return Nights(warehouse)


@pytest.fixture(scope="session")
def begun(warehouse_server: Server) -> Callable[[Begin], tuple[str, Nights]]:
    """The database and the nights that a function has begun: it runs once, however many tests continue from there."""
    kept: dict[Begin, tuple[str, Nights]] = {}
    names = map("begun_{}".format, itertools.count(1))

    def run_once(begin: Begin) -> tuple[str, Nights]:
        if begin not in kept:
            with pytest.MonkeyPatch.context() as patch, fresh_warehouse(warehouse_server, patch) as connection:
                nights, name = Nights(connection), next(names)
                begin(nights)
                database = connection.info.dbname
                connection.close()
                copy_database(warehouse_server, database, name)
            kept[begin] = (name, nights)
        return kept[begin]

    return run_once


@pytest.fixture
def nights_after(
    begun: Callable[[Begin], tuple[str, Nights]], warehouse_server: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Begin], Nights]]:
    """Nights in a warehouse of this test alone, which continues from what a function has begun."""
    with ExitStack() as stack:

        def continue_after(begin: Begin) -> Nights:
            database, nights = begun(begin)
            connection = stack.enter_context(fresh_warehouse(warehouse_server, monkeypatch, database))
            return replace(nights, connection=connection, revisions=dict(nights.revisions))

        yield continue_after


@pytest.fixture
def zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty landing zone, with a space in its name."""
    folder = tmp_path / "landing zone"
    folder.mkdir()
    monkeypatch.setenv("WAREHOUSE_LANDING_ZONE", str(folder))
    return folder
