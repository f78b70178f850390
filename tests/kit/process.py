"""The command line, as people call it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run_warehouse(
    *arguments: str, home: Path | str, timeout: float | None = None, typed: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run `warehouse …` for a home, with nothing of this process's warehouse in its environment; typed: on stdin."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "WAREHOUSE"))}
    return subprocess.run(
        [sys.executable, "-m", "employment_warehouse.command", *arguments],
        input=typed,
        env=outside | variables | {"WAREHOUSE_HOME": str(home), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
