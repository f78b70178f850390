"""How long files and identities are kept: the settings `retention_…_days`, applied by the night's purge."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import psycopg

from employment_warehouse import publication
from employment_warehouse.database import connect
from employment_warehouse.landing import archive
from employment_warehouse.landing.queries import query


class Deletions(NamedTuple):
    """What was deleted because it had been kept for long enough."""

    on_date: date  # of the standing publication
    files: int
    rejected_cells: int
    identities: int


def delete_expired() -> Deletions | None:
    """Delete what is older than the settings of the standing publication's date allow; None: nothing is published.

    Running it again changes nothing. Identities are compared with every row that names a person, so that is done on
    the first day of a month.
    """
    with connect("wh_loader") as connection:
        shown = publication.standing(connection)
        if shown is None:
            return None
        on_date = shown.report_date
        expired = [bytes(row[0]) for row in connection.execute(query("expired_files"), {"on_date": on_date})]
        files = [sha256 for sha256 in expired if archive.has(sha256)] + _strays(connection)
        for sha256 in files:
            archive.remove(sha256)
        archive.delete_drafts()
        [rejected] = connection.execute("select vault.forget_rejected(%s)", [on_date]).fetchone() or (0,)
        identities = 0
        if on_date.day == 1:
            [identities] = connection.execute("select vault.forget_persons(%s)", [on_date]).fetchone() or (0,)
    return Deletions(on_date, len(files), rejected, identities)


def _strays(connection: psycopg.Connection) -> list[bytes]:
    """Files of this ledger's time that no delivery names. A new ledger beside an archive, which has not been rebuilt
    from it yet, names none of its files.
    """
    named = {bytes(sha256) for (sha256,) in connection.execute(query("named_files"))}
    [began] = connection.execute(query("ledger_began")).fetchone() or (None,)
    return [sha256 for sha256, archived in archive.strays(named).items() if began is not None and archived > began]
