"""The check that everything that a night found is ingested: what is not is a failure of the warehouse."""

from __future__ import annotations

from employment_warehouse.database import connect
from employment_warehouse.gate import ledger
from employment_warehouse.gate.queries import query


def check_intake(build: int) -> int:
    """Record a failed check `intake_failed` for each file or source that the night of this build has not ingested, or
    one passed check; returns the number of failures. Raises UserError (`not_tonight`).
    """
    with connect("wh_gate") as connection:
        night_on = ledger.tonight(connection, build)
        parameters = {"build": build, "night_on": night_on}
        connection.execute(query("delete_intake_checks"), parameters)
        failed = connection.execute(query("insert_intake_failures"), parameters).rowcount
        if not failed:
            connection.execute(query("insert_intake_success"), parameters)
        return failed
