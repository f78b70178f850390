"""Files of the archive: which ones a backup must have, and which ones the warehouse has given up.

A warehouse gives up the original of a file when it erases a person from it, and a file whose retention period has
ended. `DIR/archive` has both for as long as a backup is kept that began before.

A file that was ingested after the last backup is in no `DIR/archive`, while the log counts it: a warehouse that is
restored from there marks it as lost (`<its SHA-256>.lost`), and archives it again where the landing zone has it still.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import psycopg

from employment_warehouse import publication
from employment_warehouse.landing import archive
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.scanning import label
from employment_warehouse.runtime.backup.record import Backup


def required_files(connection: psycopg.Connection) -> set[bytes]:
    """SHA-256 of the files that the archive of a database must have: of every delivery that was not refused, except
    those whose retention period has ended.
    """
    shown = publication.standing(connection)
    expired = connection.execute(query("expired_files"), {"on_date": shown.report_date}) if shown else ()
    landed = connection.execute(
        "select d.sha256 from ops.delivery as d"
        " where d.kind in ('file', 'pages', 'correction') and d.status <> 'refused'"
    )
    return {bytes(sha256) for (sha256,) in landed} - {bytes(sha256) for (sha256,) in expired}


def given_up(connection: psycopg.Connection, own: Path, copied: Path) -> list[str]:
    """Files of a copy that the warehouse's own archive has no longer. None where that lacks any file that it must have:
    then it was not the warehouse that gave them up.
    """
    found = _files(own)
    if _absent(required_files(connection), found):
        return []
    return sorted(_files(copied) - found)


def delete_files_given_up(backups: Iterable[Backup], own: Path, copied: Path) -> None:
    """Delete the copied files that had been given up before each of these backups began, so that none needs them."""
    for name in set.intersection(*(set(backup.given_up) for backup in backups)):
        if not (own / name).exists():  # the same file may have come again
            (copied / name).unlink(missing_ok=True)


def files_of_other_time(connection: psycopg.Connection, copied: Path, lacking: Collection[str]) -> set[str]:
    """Of each original and its copy without an erased person, the one that the restored database does not count: the
    original if the database is of a time after the erasure, the copy if it is of a time before.

    lacking: the files that had been given up before; an erasure that removes a mention of a person, but no row, is
    known by them alone.
    """
    erased = connection.execute("select d.sha256 from ops.delivery as d where d.rows_erased > 0")
    of_erased = {bytes(sha256).hex() for (sha256,) in erased}
    left: set[str] = set()
    for original in _originals_beside_copies(_files(copied)):
        base = original.removesuffix(archive.SEALED)
        copies = {f"{base}{kind}{archive.SEALED}" for kind in archive.COPIES}
        left |= {original} if original in lacking or Path(base).name in of_erased else copies
    return left


def lost_files(connection: psycopg.Connection, copied: Path, left: Collection[str]) -> set[bytes]:
    """What the archive of a restored database must have, and is not copied. left: what is not copied on purpose."""
    return _absent(required_files(connection), _files(copied) - set(left))


def ingest_again(connection: psycopg.Connection, lost: Collection[bytes]) -> list[str]:
    """Let the next night find the lost files that the landing zone still has: the same bytes are archived, and land
    nothing. A file that another one has replaced since is left out: it would land once more. Returns the places of all
    lost files, as people know them.
    """
    connection.execute(
        """
        update ops.arrival as a set ingested_at = null
        from ops.delivery as d
        where a.path = d.path and d.sha256 = any(%(lost)s) and (
            d.kind = 'correction' or not exists (
                select from ops.delivery as later
                where (later.feed, later.unit, later.report_date, later.part)
                    = (d.feed, d.unit, d.report_date, d.part) and later.revision > d.revision
            )
        )
        """,
        {"lost": list(lost)},
    )
    places = connection.execute(
        "select distinct coalesce(d.path, d.feed) from ops.delivery as d where d.sha256 = any(%s) order by 1",
        [list(lost)],
    )
    return [label(place) for (place,) in places]


def mark_lost(own: Path, lost: Iterable[bytes]) -> None:
    """Mark files of an archive as lost: no backup of it is expected to have them."""
    for sha256 in lost:
        marker = own / sha256.hex()[:2] / f"{sha256.hex()}{archive.LOST}"
        marker.parent.mkdir(mode=0o700, exist_ok=True)
        marker.touch(mode=0o600)


def without_lost(required: set[bytes], copied: Path) -> set[bytes]:
    """Those of the files that are not marked as lost, or have come again."""
    files = _files(copied)
    stored = {name for name in files if not name.endswith(archive.LOST)}
    return required - (_absent(required, stored) - _absent(required, files))


def without_replaced(_folder: str, names: list[str]) -> set[str]:
    """The originals beside a copy among these names, in the form in which `shutil.copytree` asks what to ignore."""
    return _originals_beside_copies(set(names))


def _originals_beside_copies(names: set[str]) -> set[str]:
    bases = {name.removesuffix(archive.SEALED) for name in names}
    return {f"{base}{archive.SEALED}" for base in bases if any(f"{base}{kind}" in bases for kind in archive.COPIES)}


def _files(folder: Path) -> set[str]:
    """Their names below it, without the records of publications."""
    return {str(path.relative_to(folder)) for path in folder.glob("[0-9a-f][0-9a-f]/*")}


def _absent(required: set[bytes], names: Collection[str]) -> set[bytes]:
    """The files that are stored under none of these names."""
    found = {Path(name).name.partition(".")[0] for name in names}
    return {sha256 for sha256 in required if sha256.hex() not in found}
