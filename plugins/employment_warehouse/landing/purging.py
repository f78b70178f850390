"""Landing keeps each unit's last accepted submission and tonight's; the archive keeps all files.

Which rows go is decided in `landing.purge()` of the database; when, in `dags/night.py`.
"""

from __future__ import annotations

from employment_warehouse import publication
from employment_warehouse.database import connect
from employment_warehouse.landing.due_deliveries import expect_returns


def purge() -> int:
    """Delete landed rows that later deliveries of their unit have replaced in the standing publication; how many.

    Held deliveries stay, so that they can be released. The bank returns that are due are recorded before the payments
    that announce them are deleted: of a backlog, all months but the last are deleted at once. Running it again changes
    nothing.
    """
    with connect("wh_loader") as connection:
        shown = publication.standing(connection)
        if shown is None:
            return 0
        expect_returns(connection, shown.report_date)
        row = connection.execute("select landing.purge()").fetchone()
        assert row is not None
        return int(row[0])
