"""Uploads: how long a clerk waits for the answer.

    python bench/uploads.py [--share 1] [--planted]

A county's labor_register of 140,000 rows, as CSV (24 MB) and as XLSX, each checked and then sent, with the process
`uploads` beside it on a server in a temporary folder. Seconds are from the last byte that the console has received to
the answer. The bar: 10 s each. Below 140,000 rows (`--share`) it says that it is not the bar. `--planted` has five
other clerks upload the same before, to show that the bar can be missed. Exit code 1: it was missed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
import xlsxwriter

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.ingest import write_register
from tests.kit.measuring import bench_options, is_judged, verdict
from tests.kit.server import running_server
from tests.kit.uploads import seen, send

from employment_warehouse import settings
from employment_warehouse.contract import contract_of
from employment_warehouse.workbook_style import PLAIN_CELLS

FULL_SIZE = 140_000
SECONDS = 10
FEED = "labor_register"
OTHERS = ("532501", "532502", "532503", "532504", "532523")


def main() -> int:
    given = bench_options(__doc__).parse_args()
    rows = max(100, int(FULL_SIZE * given.share))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        os.environ |= {"WAREHOUSE_HOME": str(home), "AIRFLOW_HOME": str(home / "airflow")}
        with running_server(settings.current_home()):
            reader = subprocess.Popen([sys.executable, "-m", "employment_warehouse.upload"])
            try:
                return measure(files(Path(folder), rows), given)
            finally:
                reader.kill()
                reader.wait()


def files(folder: Path, rows: int) -> list[Path]:
    """The register as CSV, and with one change as XLSX: the same rows would change nothing."""
    plain, workbook = folder / "register.csv", folder / "register.xlsx"
    write_register(plain, rows)
    table = pl.read_csv(plain, infer_schema=False).head(rows - 1)
    with xlsxwriter.Workbook(workbook, PLAIN_CELLS | {"constant_memory": True}) as book:
        sheet = book.add_worksheet(contract_of(FEED).title_zh)
        for at, cells in enumerate([table.columns, *table.rows()]):
            sheet.write_row(at, 0, cells)
    return [plain, workbook]


def measure(made: list[Path], given: argparse.Namespace) -> int:
    """1: the bar was missed."""
    slowest = 0.0
    answered(made[0].read_bytes()[:1000], made[0].name, check=True)  # the process has started
    for path in made:
        content = path.read_bytes()
        for check in (True, False):
            for county in OTHERS if given.planted else ():
                send(content, FEED, name=path.name, county=county, check=check)
            seconds, landed = answered(content, path.name, check=check)
            slowest = max(slowest, seconds)
            how = "checked" if check else "sent"
            print(f"{path.suffix} {len(content) / 2**20:.0f} MB {how}: {landed:,} rows landed, {seconds:.1f} s")
    met, judged = slowest <= SECONDS, is_judged(given)
    print(f"slowest answer {slowest:.1f} s (bar {SECONDS}): {verdict(met, judged)}")
    return int(judged and not met)


def answered(content: bytes, name: str, *, check: bool) -> tuple[float, int]:
    """Upload a file; the seconds until it is answered, and the rows that landed."""
    number = send(content, FEED, name=name, check=check)
    began = time.monotonic()
    while True:
        [row] = [each for each in seen() if each["upload"] == number]
        if row["state"] == "answered":
            return time.monotonic() - began, sum(each["rows_landed"] for each in row["answer"]["feeds"])
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
