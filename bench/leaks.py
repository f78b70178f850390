"""Persons planted wherever units can write, nights whose tasks are made to fail, and the search for the persons.

    python bench/leaks.py [--share 1] [--planted]

1,000 ID numbers, 1,000 accounts, 200 names and 200 mobiles stand in typed and unknown columns, headers, sheets, file
names, batch numbers, free text and rejected cells of a night that the real scheduler runs; at least 40 attempts of its
tasks fail. The bar: none of them is found in anything but the vault, the archive, the landing zone and the return
workbooks: not in logs, XComs, the metadata database, artefacts, alerts, reports, tables or the server's own files, in
plain, full-width, base64, hex, UTF-16 or GB 18030. Afterwards two of them are put into a log and an alert, and must be
found there. With a smaller share of the persons the same share of the faults is made: not the bar, but what is found
misses it too. `--planted` puts them there before, to show that the bar can be missed. Exit code 1: it was missed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from tests.kit.leaks import Planted, Search, plant, search_home  # noqa: E402
from tests.kit.measuring import bench_options  # noqa: E402
from tests.kit.night_failures import blocked, without  # noqa: E402
from tests.kit.process import run_warehouse  # noqa: E402

from employment_warehouse.database.embedded import Server  # noqa: E402
from employment_warehouse.demonstration import read_manifest  # noqa: E402
from employment_warehouse.settings import Home  # noqa: E402

PERSONS = (1_000, 1_000, 200, 200)  # ID numbers, accounts, names, mobiles
PEOPLE = "200"
COUNTY = "532528"
FAILURES = 40
MINUTES = 60 * 25
# Each takes from a role what a task of the night needs; the task is tried again, and fails again.
FAULTS = (
    ("insert on landing.employment_service", "wh_loader"),
    ("insert on vault.person", "wh_loader"),
    ("insert on vault.rejected_row", "wh_loader"),
    ("select on ops.platform_cursor", "wh_loader"),
    ("execute on function ops.write_version(text)", "wh_transformer"),
    ("insert on ops.check_result", "wh_gate"),
)


def main() -> int:
    given = bench_options(__doc__).parse_args()
    planted = Planted.of(*(max(int(number * given.share), 20) for number in PERSONS))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        try:
            done = run_warehouse("demonstrate", "--people", PEOPLE, home=home, timeout=MINUTES)
            if done.returncode:
                sys.exit(done.stderr)
            run_nights(home, planted, FAULTS[: max(1, round(len(FAULTS) * given.share))])
            if given.planted:
                leak(home, planted)
            return judge(home, planted, is_full=given.share >= 1)
        finally:
            run_warehouse("down", home=home, timeout=MINUTES)


def run_nights(home: Path, planted: Planted, faults: Sequence[tuple[str, str]]) -> None:
    """The last night again and again, with what a county and a bank have sent since; the last time undisturbed."""
    day = read_manifest(home / "demonstration").nights[-1]
    zone = home / "demonstration" / "landing_zone"  # which units write to
    print(f"files with persons: {plant(zone, planted, COUNTY, day)}", flush=True)
    for privilege, role in faults:
        with without(home, privilege, role):
            run_warehouse("night", str(day), home=home, timeout=MINUTES)
        print(f"without {privilege}: {failures(home)} attempts of tasks have failed", flush=True)
    with blocked(home / "reports" / str(day)), blocked(home / "returns" / str(day)):
        run_warehouse("night", str(day), home=home, timeout=MINUTES)
    ended = run_warehouse("night", str(day), home=home, timeout=MINUTES)
    print(f"undisturbed: exit code {ended.returncode}", flush=True)


def judge(home: Path, planted: Planted, *, is_full: bool) -> int:
    """What the search finds; 0 if that is nothing after enough failures, and it finds what is then put there."""
    search, failed, begun = Search(planted.words), failures(home), time.monotonic()
    found = search_home(Home(home), search)
    took = time.monotonic() - begun
    leak(home, planted)
    sees = {"logs/leak.log", "warehouse: ops.alert"} <= search_home(Home(home), search).keys()
    for place, words in found.items():
        print(f"  {place}: {len(words)}")
    landed, kinds = landed_of(home)
    print(f"{len(planted.words):,} words in {landed} deliveries; rejected by {kinds} reasons; searched in {took:.0f} s")
    print(f"a leak in a log and one in a table: {'found' if sees else 'NOT FOUND'}")
    met = not found and failed >= (FAILURES if is_full else 1) and sees and landed > 0
    print(f"failed attempts of tasks: {failed} (bar: at least {FAILURES})")
    small = "" if is_full else " (below full size, not the bar)"
    print(f"places with hits: {len(found)} (bar 0): {'met' if met else 'NOT MET'}{small}")
    return int(not met)


def leak(home: Path, planted: Planted) -> None:
    """An account in a log, as hex of GB 18030, and an ID number in an alert."""
    (home / "logs" / "leak.log").write_bytes(planted.accounts[7].encode("gb18030").hex().encode())
    with Server(Home(home)).connect_superuser() as superuser:
        superuser.execute("update ops.alert set body = body || %s", (planted.ids[2],))


def landed_of(home: Path) -> tuple[int, int]:
    """How many deliveries of the planted files there are, and for how many reasons their rows were rejected."""
    with Server(Home(home)).connect_superuser() as warehouse:
        row = warehouse.execute(
            """
            select count(distinct d.delivery_id), count(distinct r.reason)
            from ops.delivery as d left join vault.rejected_row as r using (delivery_id)
            where d.path ~* 'leak'
            """
        ).fetchone()
    return (0, 0) if row is None else (row[0], row[1])


def failures(home: Path) -> int:
    """Attempts of tasks that have failed, by Airflow's own count."""
    with Server(Home(home)).connect_superuser("airflow") as airflow:
        row = airflow.execute(
            """
            select (select count(*) from task_instance where state = 'failed')
                + (select count(*) from task_instance_history where state = 'failed')
            """
        ).fetchone()
    return 0 if row is None else int(row[0])


if __name__ == "__main__":
    sys.exit(main())
