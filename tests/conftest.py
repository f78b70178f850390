"""Fixtures that every folder of tests shares: one real server a session, a fresh warehouse a test."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.kit.server import running_server

from employment_warehouse import settings
from employment_warehouse.database.embedded import Server
from employment_warehouse.identity import make_data_key
from employment_warehouse.settings import Home

FOLDER = Path(__file__).parent
# Marker of the tests that need it → a program of the system, and the package that brings it.
PROGRAMS = {
    "browser": ("chromium", "chromium"),
    "compose": ("docker-compose", "docker-compose"),
    "office": ("soffice", "libreoffice-calc"),
}
LONG = ("test_chapters.py", "test_worlds.py", "test_versioned.py", "test_rebuild.py", "test_console.py")
NOT_RUN = pytest.StashKey[dict[str, int]]()
MEMORY, ENOUGH = Path("/dev/shm"), 8 << 30


def pytest_configure(config: pytest.Config) -> None:
    """Keep the files of tests in memory where there is room: a copy of a database is 1,700 files, slow on a disk."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is quick; leave out tests whose program is not installed, but not in CI (CI=true).

    Each end-to-end test may take half an hour: the first of them waits for three nights.
    """
    for item in items:
        if item.path.relative_to(FOLDER).parts[0] in ("spec", "property") and not item.get_closest_marker("slow"):
            item.add_marker("quick")
        if item.path.is_relative_to(FOLDER / "end_to_end"):
            item.add_marker(pytest.mark.timeout(1800))
    # The longest come first, so that the workers end at about the same time.
    items.sort(key=lambda item: not item.path.is_relative_to(FOLDER / "end_to_end") and item.path.name not in LONG)
    not_run = config.stash[NOT_RUN] = {}
    for marker, (program, package) in PROGRAMS.items():
        needing = [item for item in items if item.get_closest_marker(marker)]
        if not needing or shutil.which(program) or os.environ.get("CI"):
            continue
        not_run[package] = len(needing)
        items[:] = [item for item in items if item not in needing]
        config.hook.pytest_deselected(items=needing)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """One worker runs a file's tests, and one all of tests/end_to_end, whose files share a warehouse."""
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415  of who runs several workers

    class ByWarehouse(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return "tests/end_to_end" if file.startswith("tests/end_to_end/") else file

    return ByWarehouse(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """In CI (CI=true) no test is left out: one whose program is not installed fails."""
    for marker, (program, package) in PROGRAMS.items():
        if item.get_closest_marker(marker) and not shutil.which(program):
            pytest.fail(f"needs {program}, which is not installed (package {package})", pytrace=False)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker reports how many tests it left out: each collects all of them."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["not run"] = session.config.stash.get(NOT_RUN, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """The session adds up what its workers report."""
    node.config.stash[NOT_RUN] = node.workeroutput["not run"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """How many tests were left out, and what they need."""
    for package, count in config.stash.get(NOT_RUN, {}).items():
        terminalreporter.write_line(f"{count} tests did not run; they need: apt-get install {package}")


@pytest.fixture(scope="session")
def warehouse_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """An empty home for the session; WAREHOUSE_HOME names it, so its own keys are in use."""
    patch = pytest.MonkeyPatch()
    patch.setenv("WAREHOUSE_HOME", str(tmp_path_factory.mktemp("home")))
    for name in ("WAREHOUSE_LANDING_ZONE", "WAREHOUSE_HR_URL", "WAREHOUSE_ALERT_URLS", "WAREHOUSE_REPORT_READERS"):
        patch.delenv(name, raising=False)
    make_data_key()
    yield settings.current_home()
    patch.undo()


@pytest.fixture(scope="session")
def warehouse_server(warehouse_home: Home) -> Iterator[Server]:
    """The embedded server of the session, with a migrated and seeded database `warehouse`, AIRFLOW_CONN_WH_* set.

    Use `warehouse` unless your test only reads or is about the server: what is written here stays for all.
    """
    # What tests write need not survive a power cut.
    options = {"fsync": "off", "synchronous_commit": "off", "shared_buffers": "'128MB'", "max_wal_size": "'1GB'"}
    with running_server(warehouse_home, options) as server:
        yield server


@pytest.fixture
def warehouse(warehouse_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection]:
    """A fresh, migrated warehouse for one test: a superuser's connection (autocommit) to a copy of the database."""
    with fresh_warehouse(warehouse_server, monkeypatch) as connection:
        yield connection


@contextmanager
def fresh_warehouse(
    server: Server, patch: pytest.MonkeyPatch, template: str = "warehouse"
) -> Iterator[psycopg.Connection]:
    """A copy of a database of the server, and a superuser's connection to it (autocommit).

    AIRFLOW_CONN_WH_* point at the copy, so `database.connect("wh_loader")` and all packages use it. Some 50 ms.
    """
    name = _free_name(server)
    copy_database(server, template, name)
    for variable in [key for key in os.environ if key.startswith("AIRFLOW_CONN_")]:
        patch.setenv(variable, json.dumps(json.loads(os.environ[variable]) | {"schema": name}))
    fresh = server.connect_superuser(name)
    fresh.autocommit = True
    try:
        yield fresh
    finally:
        fresh.close()
        with server.connect_superuser("postgres") as connection:
            connection.autocommit = True
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def copy_database(server: Server, template: str, name: str) -> None:
    """A copy of a database that nobody is connected to, with its privileges."""
    with server.connect_superuser("postgres") as connection:
        connection.autocommit = True
        connection.execute(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        _copy_privileges(connection, name)


@pytest.fixture
def fresh_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of this test alone, without a server."""
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path / "home"))
    make_data_key()
    return settings.current_home()


def _free_name(server: Server) -> str:
    """The first of few names: dbt parses all models again for a database whose name it has not seen in the last run."""
    with server.connect_superuser("postgres") as connection:
        taken = {name for (name,) in connection.execute("select datname from pg_database").fetchall()}
    return next(name for name in map("test_{}".format, itertools.count(1)) if name not in taken)


def _copy_privileges(connection: psycopg.Connection, name: str) -> None:
    """A copy does not take over who may enter the database and who may make temp tables."""
    connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
    granted = connection.execute(
        """
        select grantee::regrole::text, privilege_type
        from pg_database, aclexplode(datacl)
        where datname = 'warehouse' and grantee <> datdba
        """
    ).fetchall()
    for role, privilege in granted:
        connection.execute(
            sql.SQL("grant {} on database {} to {}").format(
                sql.SQL(privilege), sql.Identifier(name), sql.Identifier(role)
            )
        )
