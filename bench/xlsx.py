"""XLSX, 100,000 rows of a register: the reader, its sandbox included, against openpyxl's read-only mode.

    python bench/xlsx.py [--share 1] [--planted]

Two kinds of file: texts alone, as the national export writes them, and four columns of numbers and dates. Takes the
best of three of ours and one of openpyxl, in one run; prints the ratio of the first kind last. The bar is ≥ 8.
Below 100,000 rows (`--share`) it says that it is not the bar. `--planted` reads with openpyxl on our side too, to show
that the bar can be missed. Exit code 1: it was missed.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

import openpyxl
import xlsxwriter
from tests.kit.measuring import bench_options, is_judged, verdict

from employment_warehouse.contract import contract_of
from employment_warehouse.reading import read_tables

FULL = 100_000
BAR = 8
N_NUMERIC = 4


def main() -> int:
    given = bench_options(__doc__).parse_args()
    return measure(round(FULL * given.share), openpyxl_rows if given.planted else ours_rows, is_judged(given))


def measure(n_rows: int, candidate: Callable[[Path], int], judged: bool) -> int:
    """1: the bar was missed."""
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, n_numeric in (("texts alone", 0), (f"{N_NUMERIC} columns of numbers and dates", N_NUMERIC)):
            path = Path(folder) / "532501.xlsx"
            write(path, n_rows, n_numeric)
            theirs = seconds(lambda path=path: openpyxl_rows(path), n_rows)
            ours = min(seconds(lambda path=path: candidate(path), n_rows) for _ in range(3))
            ratios.append(theirs / ours)
            width = len(contract_of("labor_register").columns)
            print(f"{kind}, {n_rows:,} x {width}: ours {ours:.2f} s, openpyxl {theirs:.2f} s: {theirs / ours:.1f}")
    met = ratios[0] >= BAR
    print(f"openpyxl read-only / ours, texts: {ratios[0]:.1f} (bar ≥ {BAR}): {verdict(met, judged)}")
    return int(judged and not met)


def write(path: Path, n_rows: int, n_numeric: int) -> None:
    """A register of made-up people, as Excel stores it: shared strings; the last columns are numbers and dates."""
    chance = random.Random(1)
    columns = contract_of("labor_register").columns
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, [column.header for column in columns])
    for row in range(1, n_rows + 1):
        for at, column in enumerate(columns):
            if at >= len(columns) - n_numeric:
                if at % 2:
                    sheet.write_number(row, at, 45_000 + chance.randrange(400), date)
                else:
                    sheet.write_number(row, at, chance.randrange(100_000) / 10)
                continue
            text = {"id_number": f"5325{chance.randrange(10**13):013d}X", "person_name": f"某{chance.randrange(9999)}"}
            codes = list(column.codes) or ["是", "否"]
            sheet.write_string(row, at, text.get(column.type.name, chance.choice(codes)))
    book.close()


def seconds(read: Callable[[], int], n_rows: int) -> float:
    begun = time.perf_counter()
    if read() != n_rows:
        raise AssertionError("rows are missing")
    return time.perf_counter() - begun


def ours_rows(path: Path) -> int:
    return sum(frame.height for frame in read_tables(path, contract_of("labor_register")).frames)


def openpyxl_rows(path: Path) -> int:
    sheet = openpyxl.load_workbook(path, read_only=True).active
    if sheet is None:
        raise AssertionError("no sheet")
    return sum(1 for _ in sheet.iter_rows(min_row=2, values_only=True))


if __name__ == "__main__":
    sys.exit(main())
