"""Landing keeps the last accepted report of a unit, and tonight's; the archive keeps the files of all."""

from __future__ import annotations

from employment_warehouse.database import connect
from employment_warehouse.landing.expected import expect_returns
from employment_warehouse.landing.queries import query


def purge(build: int) -> int:
    """Delete the landed rows that later accepted reports of their unit have replaced; how many rows went.

    build: a published one. What is held stays, for its release. Which batches are due back is written down before the
    payments go that say so: of a backlog all months but the last go at once. Again: nothing happens.
    """
    with connect("wh_loader") as connection:
        night = connection.execute(query("date_of_build"), {"build": build}).fetchone()
        assert night is not None
        expect_returns(connection, night[0])
        row = connection.execute("select landing.purge(%s)", (build,)).fetchone()
        assert row is not None
        return int(row[0])
