"""The complete backups of a folder, and the moments that can be restored from them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from employment_warehouse import settings
from employment_warehouse.database.base_backup import BackupDamaged

Moment = int | datetime


@dataclass(frozen=True)
class Backup:
    """One base backup. publication: the newest at its end; standing: the one shown then, with the digest of its rows
    (0: none) and how many erasures had removed some. key_check: of the token key. given_up: files of the archive that
    the warehouse had given up before.
    """

    folder: Path
    ended_at: datetime
    publication: int
    standing: int
    digest: str
    key_check: str
    erasures: int = 0
    given_up: tuple[str, ...] = ()

    @property
    def database(self) -> Path:
        return self.folder / "database"

    @property
    def restore_point(self) -> str:
        """The name of its end in the log."""
        return f"backup {self.folder.name}"


def complete(backup: Backup) -> None:
    """Record a backup of which everything is there: from now on it counts."""
    record = {key: value for key, value in vars(backup).items() if key != "folder"}
    settings.write_whole(backup.folder / "backup.json", json.dumps(record | {"ended_at": backup.ended_at.isoformat()}))


def backups_of(folder: Path) -> list[Backup]:
    """The complete backups of a folder, oldest first."""
    found = []
    for path in sorted((folder / "base").glob("*/backup.json")):
        try:
            kept = json.loads(path.read_text())
            moment = datetime.fromisoformat(kept.pop("ended_at"))
            lacking = tuple(kept.pop("given_up", ()))
            found.append(Backup(folder=path.parent, ended_at=moment, given_up=lacking, **kept))
        except (ValueError, TypeError, KeyError) as error:
            raise BackupDamaged(where=str(path), todo="use another backup") from error
    return found


def read_moment(text: str) -> Moment:
    """A publication (`57`), or a time: of Beijing where no zone is given. Raises ValueError."""
    if text.isdigit():
        return int(text)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=settings.TIMEZONE)
