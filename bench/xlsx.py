"""XLSX, 100,000 rows of a register: the reader, its sandbox included, against openpyxl's read-only mode.

    python bench/xlsx.py [rows]

Takes the best of three of ours and one of openpyxl, in one run; prints the ratio last. The bar is ≥ 8.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

import openpyxl
import xlsxwriter

from employment_warehouse.contract import contract
from employment_warehouse.reading import read_tables

FULL = 100_000


def main(n_rows: int) -> int:
    """0: the bar is met, or this was not the bar."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "532501.xlsx"
        write(path, n_rows)
        ours = min(seconds(lambda: ours_rows(path), n_rows) for _ in range(3))
        theirs = seconds(lambda: openpyxl_rows(path), n_rows)
    print(f"rows {n_rows:,} x {len(contract('labor_register').columns)}: ours {ours:.2f} s, openpyxl {theirs:.2f} s")
    met = theirs >= 8 * ours
    verdict = ("met" if met else "NOT MET") if n_rows >= FULL else "below full size: not the bar"
    print(f"openpyxl read-only / ours: {theirs / ours:.1f} (bar >= 8): {verdict}")
    return 0 if met or n_rows < FULL else 1


def write(path: Path, n_rows: int) -> None:
    """A register of made-up people, as Excel stores it: shared strings, some numbers."""
    chance = random.Random(1)
    columns = contract("labor_register").columns
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [column.header for column in columns])
    for row in range(1, n_rows + 1):
        for at, column in enumerate(columns):
            text = {"id_number": f"5325{chance.randrange(10**13):013d}X", "person_name": f"某{chance.randrange(9999)}"}
            codes = list(column.codes) or ["是", "否"]
            sheet.write_string(row, at, text.get(column.type, chance.choice(codes)))
    book.close()


def seconds(read: Callable[[], int], n_rows: int) -> float:
    begun = time.perf_counter()
    if read() != n_rows:
        raise AssertionError("rows are missing")
    return time.perf_counter() - begun


def ours_rows(path: Path) -> int:
    return sum(frame.height for frame in read_tables(path, contract("labor_register")).batches)


def openpyxl_rows(path: Path) -> int:
    sheet = openpyxl.load_workbook(path, read_only=True).active
    if sheet is None:
        raise AssertionError("no sheet")
    return sum(1 for _ in sheet.iter_rows(min_row=2, values_only=True))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else FULL))
