"""What the tests do about programs of the system that are not installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from employment_warehouse import settings

pytestmark = pytest.mark.slow
PAGES = "tests/end_to_end/test_daily_report.py"


def pages(*options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The tests of pages where no program is to be found."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=settings.project_root(),
        env={name: value for name, value in os.environ.items() if name != "CI"} | variables | {"PATH": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_browser_the_tests_of_pages_are_left_out_and_counted() -> None:
    done = pages("--collect-only", "tests/end_to_end")
    assert done.returncode == 0
    assert "test_daily_report" not in done.stdout
    assert " tests did not run; they need: apt-get install chromium" in done.stdout


def test_two_workers_count_them_once() -> None:
    counted = re.compile(r"^(\d+) tests did not run; they need: apt-get install chromium$", re.MULTILINE)
    one, two = (pages(*options, PAGES).stdout for options in ((), ("-n", "2")))
    assert counted.findall(one) == counted.findall(two) != []


def test_in_ci_they_fail_without_a_browser() -> None:
    done = pages("-x", PAGES, CI="true")
    assert done.returncode == 1
    assert "needs chromium, which is not installed" in done.stdout
