"""Taking in what was sent, and the named points at which that is killed."""

from __future__ import annotations

from tests.torture.faults import Point

from employment_warehouse.runtime import steps

PACKAGE = "employment_warehouse."


def ingest(night: str) -> None:
    """What the tasks of the night's intake do, in their order."""
    steps.expect_deliveries(night)
    for sources, by in ((["county", "correction"], "unit"), (["payroll", "bank"], "feed")):
        for name in steps.find_changes(sources, by, night):
            steps.ingest(sources, by, night, name)


def _points(*named: tuple[str, str, str] | tuple[str, str, str, int]) -> tuple[Point, ...]:
    return tuple(Point(name, PACKAGE + function, moment, *call) for name, function, moment, *call in named)


NAMED = _points(
    ("what is due is not recorded yet", "landing:expect_deliveries", "before"),
    ("what is due is recorded", "landing:expect_deliveries", "after"),
    ("the zone is read, nothing recorded", "landing:record_scan", "before"),
    ("the claim, not committed", "landing.ledger:claim", "after"),
    ("the archive has it under no name yet", "landing.archive:_seal_chunks", "after"),
    ("rejected rows, after", "landing.loading:store_rejected", "after"),
    ("COPY is ended", "landing.copying:RowCopy.flush", "after", 2),
)
# Row by row: the first file takes 52 calls, then come the header and the hundred rows of the register.
COPY = Point("COPY at 50 %", "psycopg:Copy.write", "before", 104, rows_at_once=1)
POINTS = (*NAMED, COPY)
