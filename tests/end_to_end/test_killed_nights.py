"""Loader, dbt and scheduler are killed in mid-night; what is published is what an undisturbed night publishes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from pathlib import Path

import psutil
import pytest
from tests.end_to_end.conftest import Run, kill_scheduler, make_run
from tests.kit.digests import digest
from tests.kit.process import start_warehouse

from employment_warehouse.database.embedded import Server
from employment_warehouse.demonstration import Manifest
from employment_warehouse.settings import Home


@pytest.mark.torture
def test_a_night_with_three_kills_publishes_the_same_digests(
    run: Run, home: Path, manifest: Manifest, tmp_path: Path
) -> None:
    other = tmp_path / "killed"
    (other / "secrets").mkdir(parents=True, mode=0o700)
    other.chmod(0o700)
    shutil.copy(home / "secrets" / "keys.json", other / "secrets")  # the same keys give the same tokens
    try:
        demonstrate_with_kills(other)
        builds = range(1, len(manifest.nights) + 1)
        assert digests(other, builds) == digests(home, builds)
    finally:
        make_run(other)("down")


def demonstrate_with_kills(home: Path) -> None:
    running = start_warehouse("demonstrate", "--people", "200", home=home)
    assert running.stdout is not None
    kills = {"ingest_deliveries": kill_tasks, "gate_deliveries": kill_tasks, "build_core": kill_scheduler}
    output = []
    for line in running.stdout:
        output.append(line)
        for step in [step for step in kills if step in line]:
            time.sleep(1.5)
            kills.pop(step)(home)
    assert running.wait(timeout=1200) == 0, "".join(output)
    assert not kills


def kill_tasks(home: Path) -> None:
    """Every task at work in this home, without a chance to say so."""
    for process in psutil.process_iter(["cmdline"]):
        try:
            is_task = "airflow worker" in " ".join(process.info["cmdline"] or [])
            if is_task and process.environ().get("WAREHOUSE_HOME") == str(home):
                process.kill()
        except psutil.Error:
            continue


def digests(home: Path, builds: Iterable[int]) -> list[dict[str, tuple[int, int]]]:
    """What each build opened and closed."""
    with Server(Home(home)).connect_superuser() as connection:
        return [digest(connection, build) for build in builds]
