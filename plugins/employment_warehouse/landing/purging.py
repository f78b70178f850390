"""Landing keeps the last accepted report of a unit, and tonight's; the archive keeps the files of all."""

from __future__ import annotations

from employment_warehouse.database import connect


def purge(build: int) -> int:
    """Delete the landed rows that later accepted reports of their unit have replaced; how many rows went.

    build: a published one. What is held stays, for its release. Again: nothing happens.
    """
    with connect("wh_loader") as connection:
        row = connection.execute("select landing.purge(%s)", (build,)).fetchone()
        assert row is not None
        return int(row[0])
