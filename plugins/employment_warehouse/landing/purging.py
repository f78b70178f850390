"""Landing keeps each unit's last accepted submission and tonight's; the archive keeps all files."""

from __future__ import annotations

from employment_warehouse.database import connect
from employment_warehouse.landing.due_deliveries import expect_returns
from employment_warehouse.landing.queries import query


def purge(publication: int) -> int:
    """Delete landed rows that later accepted submissions of their unit have replaced; returns how many.

    Held deliveries stay, so that they can be released. The bank returns that are due are recorded before the payments
    that announce them are deleted: of a backlog, all months but the last are deleted at once. Running it again changes
    nothing.
    """
    with connect("wh_loader") as connection:
        night = connection.execute(query("date_of_build"), {"build": publication}).fetchone()
        assert night is not None
        expect_returns(connection, night[0])
        row = connection.execute("select landing.purge(%s)", (publication,)).fetchone()
        assert row is not None
        return int(row[0])
