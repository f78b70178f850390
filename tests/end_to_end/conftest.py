"""One whole warehouse for all end-to-end tests: three nights through the real Airflow, 200 people."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from employment_warehouse.demonstration import Manifest, read_manifest

Run = Callable[..., subprocess.CompletedProcess[str]]


def make_run(home: Path) -> Run:
    """Runs `warehouse …` for this home."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "WAREHOUSE"))}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "employment_warehouse.command", *arguments],
            env=outside | {"WAREHOUSE_HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
            timeout=1500,
        )

    return run


def rows(run: Run, query: str, *options: str) -> list[dict[str, str]]:
    done = run("sql", query, *options)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("end") / "仓库 一"


@pytest.fixture(scope="session")
def run(home: Path) -> Iterator[Run]:
    """The warehouse after its three nights; stopped at the end."""
    call = make_run(home)
    try:
        done = call("demonstrate", "--people", "200")
        assert done.returncode == 0, done.stderr
        yield call
    finally:
        call("down")


@pytest.fixture(scope="session")
def manifest(run: Run, home: Path) -> Manifest:
    return read_manifest(home / "demonstration")
