"""The command line, as people call it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def start_warehouse(*arguments: str, home: Path | str) -> subprocess.Popen[str]:
    """`warehouse …` for a home, at work; stdout has all that it prints."""
    return subprocess.Popen(
        _command(arguments),
        env=_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run_warehouse(
    *arguments: str, home: Path | str, timeout: float | None = None, typed: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run `warehouse …` for a home; typed: on stdin."""
    return subprocess.run(
        _command(arguments),
        input=typed,
        env=_environment(home) | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "employment_warehouse.command", *arguments]


def _environment(home: Path | str) -> dict[str, str]:
    """That of this process, with nothing of its warehouse."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "WAREHOUSE"))}
    return outside | {"WAREHOUSE_HOME": str(home), "COLUMNS": "200"}
