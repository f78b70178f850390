"""One whole warehouse for all end-to-end tests: three nights through the real Airflow, 200 people."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.kit.process import run_warehouse

from employment_warehouse.demonstration import Manifest, read_manifest

Run = Callable[..., subprocess.CompletedProcess[str]]


def rows(run: Run, query: str, *options: str) -> list[dict[str, str]]:
    done = run("sql", query, *options)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def make_run(home: Path) -> Run:
    """`warehouse …` for this home."""
    return partial(run_warehouse, home=home, timeout=1500)


def kill_scheduler(home: Path) -> None:
    """And the start that an operator, or a supervisor, does next."""
    os.kill(json.loads((home / "run" / "scheduler.json").read_text())["pid"], signal.SIGKILL)
    assert make_run(home)("up").returncode == 0


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("end") / "仓库 一"


@pytest.fixture(scope="session")
def run(home: Path) -> Iterator[Run]:
    """The warehouse after its three nights; stopped at the end."""
    call = make_run(home)
    try:
        try:
            done = call("demonstrate", "--people", "200")
        except subprocess.TimeoutExpired as late:
            printed = (late.stderr or b"").decode(errors="replace")  # bytes, whatever was asked for
            pytest.fail(f"no end after {late.timeout} s; last printed:\n{printed[-2000:]}", pytrace=False)
        assert done.returncode == 0, done.stderr
        yield call
    finally:
        call("down")


@pytest.fixture(scope="session")
def manifest(run: Run, home: Path) -> Manifest:
    return read_manifest(home / "demonstration")
