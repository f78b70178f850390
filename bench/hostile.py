"""Hostile workbooks: each read in a fresh process, with what it cost.

    python bench/hostile.py [--planted]

Prints seconds and peak memory of the reader and of its child for each. The bars: no reader dies, every workbook is
read right or refused with its reason in ≤ 10 s and ≤ 512 MiB a process, bombs in ≤ 2 s. `--planted` opens them in
the reader's own process, without limits, to show that the bars can be missed. Exit code 1: one was missed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
SECONDS, BOMB_SECONDS, MIB = 10, 2, 512

# What a fresh process does: the file, read; what became of it, as JSON. A child's peak is never below what the reader
# had in memory as it started it.
READER = """
import json, resource, sys, time
from pathlib import Path
from employment_warehouse.reading import Refused, read_tables
begun = time.perf_counter()
rows, code, path = [], "", Path(sys.argv[1])
try:
    exec(sys.argv[2])
    for frame in tables:
        rows += frame.head(3 - len(rows)).rows() if len(rows) < 3 else []
except Refused as refusal:
    code = refusal.code
seconds = time.perf_counter() - begun
own = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
peaks = [int(own.split()[1]) >> 10, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10]
print(json.dumps({"code": code, "seconds": seconds, "peaks": peaks, "rows": [row[2:4] for row in rows]}))
"""

SANDBOXED = "tables = read_tables(path, None).frames"
# 4 GiB, for the sake of the machine.
IN_THIS_PROCESS = """
import polars, python_calamine
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
sheet = python_calamine.load_workbook(str(path)).get_sheet_by_index(0)
tables = [polars.DataFrame([list(map(str, row)) for row in sheet.to_python()[1:]], orient="row")]
"""


def main() -> int:
    """0: all bars are met."""
    sys.path[:0] = [str(PROJECT), str(PROJECT / "plugins")]
    from tests.kit.measuring import bench_options

    way = IN_THIS_PROCESS if bench_options(__doc__).parse_args().planted else SANDBOXED
    from tests.hostile.workbooks import WORKBOOKS

    deaths, wrong = [], []
    seconds, bomb_seconds, peak = 0.0, 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        for name, hostile in WORKBOOKS.items():
            path = Path(folder) / hostile.name
            path.write_bytes(hostile.data)
            got = read(path, way)
            if got is None:
                deaths.append(name)
                print(f"{name}: the reader died")
                continue
            expected = [list(row) for row in hostile.rows[:3]]
            if got["code"] not in hostile.outcomes or (not got["code"] and got["rows"][: len(expected)] != expected):
                wrong.append(name)
            seconds, peak = max(seconds, got["seconds"]), max(peak, *got["peaks"])
            bomb_seconds = max(bomb_seconds, got["seconds"] if hostile.is_bomb else 0)
            reader, child = got["peaks"]
            print(f"{name}: {got['code'] or 'read'}, {got['seconds']:.2f} s, reader {reader} MiB, child {child} MiB")
    met = not deaths and not wrong and seconds <= SECONDS and peak <= MIB and bomb_seconds <= BOMB_SECONDS
    print(f"neither read right nor refused with its reason: {', '.join(wrong) or 'none'}")
    print(
        f"{len(WORKBOOKS)} workbooks: at most {seconds:.2f} s (bar {SECONDS}), {peak} MiB (bar {MIB}); "
        f"bombs {bomb_seconds:.2f} s (bar {BOMB_SECONDS}); {len(deaths)} deaths: {'met' if met else 'NOT MET'}"
    )
    return 0 if met else 1


def read(path: Path, way: str) -> dict[str, Any] | None:
    """What a fresh process made of the workbook; None: it died."""
    run = subprocess.run(
        [sys.executable, "-c", READER, str(path), way],
        env={"PYTHONPATH": str(PROJECT / "plugins")},
        capture_output=True,
        timeout=120,
        check=False,
    )
    got: dict[str, Any] | None = json.loads(run.stdout) if run.returncode == 0 else None
    return got


if __name__ == "__main__":
    sys.exit(main())
