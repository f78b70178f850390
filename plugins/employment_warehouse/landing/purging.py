"""Landing keeps the last accepted report of a unit, and tonight's; the archive keeps the files of all."""

from __future__ import annotations

from employment_warehouse.database import connect
from employment_warehouse.landing.expected import expect_returns
from employment_warehouse.landing.queries import query


def purge() -> int:
    """Delete the landed rows that later deliveries of their unit have replaced in the standing publication; how many.

    Held deliveries keep their rows, for a release. Which batches are due back is recorded before the payments that
    name them are deleted: of a backlog all months but the last go at once. Idempotent.
    """
    with connect("wh_loader") as connection:
        standing = connection.execute(query("standing_date")).fetchone()
        if standing is None:
            return 0
        expect_returns(connection, standing[0])
        row = connection.execute("select landing.purge()").fetchone()
        assert row is not None
        return int(row[0])
