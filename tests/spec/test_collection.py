"""What the tests do about programs of the system that are not installed."""

from __future__ import annotations

import os
import subprocess
import sys

from employment_warehouse import settings


def collect(**variables: str) -> subprocess.CompletedProcess[str]:
    """Collect the tests of pages where no program is to be found."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests/end_to_end"],
        cwd=settings.project_root(),
        env={name: value for name, value in os.environ.items() if name != "CI"} | variables | {"PATH": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_browser_the_tests_of_pages_are_left_out_and_counted() -> None:
    done = collect()
    assert done.returncode == 0
    assert "test_daily_report" not in done.stdout
    assert " tests did not run; they need: apt-get install chromium" in done.stdout


def test_ci_refuses_to_run_without_a_browser() -> None:
    done = collect(CI="true")
    assert done.returncode == 4
    assert " tests need chromium, which is not installed" in done.stderr
