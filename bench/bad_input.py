"""Bad input: files that are wrong in one known place, and what the reader makes of them.

    python bench/bad_input.py [--share 1] [--planted]

Prints the figures of the bar by kind and in all, the worst kind last but one, and the verdict last. At full size 35
files a kind; fewer (`--share`) are not the bar, but whatever is wrong in them misses it too. `--planted` reads with
pandas instead, to show that the bar can be missed. Exit code 1: it was missed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from tests.hostile import judgement as judging
from tests.hostile.judgement import Judgement, judge
from tests.hostile.polluter import KINDS, pollute
from tests.kit.measuring import bench_options

from employment_warehouse.contract import Contract
from employment_warehouse.reading import Refused, TextTable

COLUMNS = ("files", "silently_wrong", "wrongly_refused", "rows_lost", "good_rows", "good_rows_rejected", "bad_rows")


FILES_A_KIND = 35  # at full size: 2,000 files and more


def main() -> int:
    given = bench_options(__doc__).parse_args()
    if given.planted:
        judging.read_tables = read_with_pandas
    return measure(max(1, round(FILES_A_KIND * given.share)))


def read_with_pandas(path: Path, contract: Contract) -> TextTable:
    """A fault: what is read by a reader that guesses."""
    import pandas as pd

    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding_errors="replace", on_bad_lines="skip")
    except Exception:
        raise Refused("pandas", code="unreadable") from None
    texts = {f"c{at}": pl.Series(frame.iloc[:, at].astype(str).tolist()) for at in range(frame.shape[1])}
    header = list(map(str, frame.columns))
    return TextTable(
        header=header,
        columns={column.name: header.index(column.header) for column in contract.columns if column.header in header},
        extra={},
        frames=iter([pl.DataFrame({"sheet": "", "line": range(2, len(frame) + 2)} | texts)] if len(frame) else []),
        rows_read=len(frame),
    )


def measure(files_a_kind: int) -> int:
    """0: the bar is met."""
    by_kind: dict[str, Judgement] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            by_kind[kind] = Judgement()
            for seed in range(files_a_kind):
                by_kind[kind] += judge(pollute(kind, seed), Path(folder))
    print(f"{'kind':36}" + "".join(f"{name:>20}" for name in COLUMNS) + f"{'on their line':>20}")
    total = Judgement()
    for kind, judgement in by_kind.items():
        total += judgement
        print(line_of(kind, judgement), *judgement.faults[:1])
    print(line_of("all", total))
    worst = max(by_kind, key=lambda kind: badness(by_kind[kind]))
    print("worst kind:", worst if any(badness(by_kind[worst])) else "none; no kind has a fault")
    met = is_met(total)
    full = "" if total.files >= 2000 else " (below full size, not the bar)"
    print(
        f"silently wrong files {total.silently_wrong}, rows lost {total.rows_lost}, bad rows on their true line "
        f"{total.bad_rows_on_their_line / max(1, total.bad_rows):.2%}, good rows rejected "
        f"{total.good_rows_rejected / max(1, total.good_rows):.3%}: {'met' if met else 'NOT MET'}{full}"
    )
    return 0 if met else 1


def is_met(total: Judgement) -> bool:
    """The bar: nothing silently wrong, nothing lost, ≥ 99 % on their line, ≤ 0.1 % of good rows rejected."""
    return (
        not total.silently_wrong
        and not total.rows_lost
        and total.bad_rows_on_their_line >= 0.99 * total.bad_rows
        and total.good_rows_rejected <= 0.001 * total.good_rows
    )


def badness(judgement: Judgement) -> tuple[int, int, int, int]:
    missed = judgement.bad_rows - judgement.bad_rows_on_their_line
    return judgement.silently_wrong, judgement.rows_lost, missed, judgement.good_rows_rejected


def line_of(kind: str, judgement: Judgement) -> str:
    share = judgement.bad_rows_on_their_line / judgement.bad_rows if judgement.bad_rows else 1.0
    return f"{kind:36}" + "".join(f"{getattr(judgement, name):20}" for name in COLUMNS) + f"{share:20.2%}"


if __name__ == "__main__":
    sys.exit(main())
