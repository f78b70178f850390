"""The history of publications, sealed in the archive, from which `rebuilding` makes a new warehouse.

    archive/history/<publication>.sealed   what decided that publication: its build, what was delivered since the one
                                           before, what the gates and operators had decided, seeds, and its digest
    archive/history/ledger.sealed          what was decided since, erasures and acts; rewritten each time

The files of the deliveries are in the archive as well. Nobody is named: a record has marks of tokens, and the token in
the key of a waived case, never an identity. An erasure takes the person's token out of them.
"""

from __future__ import annotations

import gzip
import json
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from employment_warehouse import settings
from employment_warehouse.database import connect, seed_tables
from employment_warehouse.errors import UserError
from employment_warehouse.identity import place, seal, unseal
from employment_warehouse.runtime import forgetting
from employment_warehouse.runtime.forgetting import ErasedPersonMarks
from employment_warehouse.settings import Home

QUERIES = Path(__file__).parent / "queries"
LEDGER = "ledger"
Record = dict[str, Any]


def record() -> list[int]:
    """Record the ledger, and each standing publication that is not recorded yet; the numbers of these."""
    folder = _folder(settings.current_home())
    with connect("wh_publisher") as connection:
        connection.execute("select pg_advisory_lock(hashtext('ops.history'))")  # the newest ledger is written last
        standing = connection.execute("select p.publication from ops.valid_publication as p order by 1").fetchall()
        new = [number for (number,) in standing if not _path(folder, _name(number)).exists()]
        for number in new:
            night = _read(connection, "night_record", {"build": number})
            _write(folder, _name(number), night | {"seeds": seed_tables.content(connection)})
        now = _read(connection, "ledger_record", {}) | {"acts": _acts(connection)}
        _write(folder, LEDGER, now)
    _forget(folder, ErasedPersonMarks.of(now["vault"]["erasures"]))
    return new


def _forget(folder: Path, erased: ErasedPersonMarks | None) -> None:
    """Take whoever has been erased out of the waivers in earlier records: the key of a case may have the token.

    Raises UserError (`record_damaged`) when all others are done.
    """
    if erased is None:
        return
    damaged = erased.forgotten_in(_night_files(folder), partial(_night_without, folder, erased))
    if damaged:
        raise UserError(
            "发布记录已损坏 | records of publications are damaged",
            code="record_damaged",
            where=f"archive/history: {', '.join(path.name for path in damaged)}",
            todo="copy these files from DIR/archive/history of a backup",
        )


def _night_without(folder: Path, erased: ErasedPersonMarks, path: Path) -> bytes | None:
    night = _open(folder, path.stem)
    waivers = [_without_erased(waiver, erased) for waiver in night["waiver"]]
    return None if waivers == night["waiver"] else _sealed(path.stem, night | {"waiver": waivers})


def _without_erased(waiver: Record, erased: ErasedPersonMarks) -> Record:
    """A waiver without an erased person, as vault.complete_erasure leaves it in the database."""
    unit = erased.removed_from(waiver["unit"], "of an erasure")
    return waiver if unit == waiver["unit"] else waiver | {"unit": unit, "reason": forgetting.WORD}


def delete_after(home: Home, publication: int) -> None:
    """Delete the records of the publications that a home does not know because it was restored to an earlier one."""
    folder = _folder(home)
    for path in folder.glob("*.sealed"):
        if path.stem == LEDGER or int(path.stem) > publication:
            path.unlink()


def nights() -> list[Record]:
    """The records of publications in the archive of the current home, oldest first."""
    folder = _folder(settings.current_home())
    return [_open(folder, path.stem) for path in _night_files(folder)]


def _night_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.sealed") if path.stem != LEDGER)


def ledger() -> Record | None:
    """The record of the ledger; None in a home that was restored and has published nothing since."""
    folder = _folder(settings.current_home())
    return _open(folder, LEDGER) if _path(folder, LEDGER).exists() else None


def _read(connection: psycopg.Connection, query: str, parameters: dict[str, int]) -> Record:
    row = connection.execute((QUERIES / f"{query}.sql").read_bytes(), parameters).fetchone()
    assert row is not None
    found: Record = row[0]
    return found


def _acts(connection: psycopg.Connection) -> list[Record]:
    """Row by row: they only grow in number, and one value of the database has at most 256 MB."""
    return [act for (act,) in connection.execute("select to_jsonb(a) from ops.act as a order by a.act")]


def _write(folder: Path, name: str, content: Record) -> None:
    settings.write_whole(_path(folder, name), _sealed(name, content))


def _sealed(name: str, content: Record) -> bytes:
    return seal(gzip.compress(json.dumps(content).encode(), mtime=0), _place(name))


def _open(folder: Path, name: str) -> Record:
    """Raises cryptography's InvalidTag for a record that was changed, or is another's."""
    opened: Record = json.loads(gzip.decompress(unseal(_path(folder, name).read_bytes(), _place(name))))
    return opened


def _place(name: str) -> bytes:
    return place("archive.history", name)


def _folder(home: Home) -> Path:
    folder = home.archive / "history"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _name(publication: int) -> str:
    return f"{publication:08}"


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.sealed"
