"""Landing keeps each unit's last accepted submission and tonight's; the archive keeps all files.

Which rows go is decided in `landing.purge()` of the database; when, in `dags/night.py`.
"""

from __future__ import annotations

from employment_warehouse import publication
from employment_warehouse.database import connect
from employment_warehouse.landing.due_deliveries import expect_returns
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.restoring import ReadArchived, restore, restore_if_possible
from employment_warehouse.landing.submission import SubmissionKey
from employment_warehouse.landing.withdrawing import mark_corrected


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


def _mark_again(read: ReadArchived) -> None:
    """Mark the rejected rows that corrections name which count again since a rollback. One that cannot be restored
    marks none: its county is sent those rows once more.
    """
    with connect("wh_loader") as connection:
        found = connection.execute(query("corrections_in_force")).fetchall()
    restored = [row for row in found if restore_if_possible(row[0], read)]
    with connect("wh_loader") as connection:
        for delivery_id, *submission in restored:
            mark_corrected(connection, delivery_id, SubmissionKey(*submission))


def restore_offered(build: int, read: ReadArchived) -> int:
    """Restore the rows of deliveries that a rollback offers to this build again, and those that gate 1 compares this
    build's rows with; how many deliveries.

    A comparison alone stops no night: without its rows nothing is compared, and the check says so.

    Rejected rows are marked again as corrected by what counts again since the rollback.

    read: how the archive's copy of one becomes a table. Raises UserError (`archive_missing`, `wrong_token_key`),
    IngestFailed.
    """
    with connect("wh_loader") as connection:
        offered = connection.execute(query("purged_offers"), {"build": build}).fetchall()
        previous = connection.execute(query("purged_previous"), {"build": build}).fetchall()
    for (delivery_id,) in offered:
        restore(delivery_id, read)
    _mark_again(read)
    for (delivery_id,) in previous:
        restore_if_possible(delivery_id, read)
    return len({*offered, *previous})
