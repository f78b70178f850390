"""The keys that a backup needs: copied to a folder of their own, compared before they are installed."""

from __future__ import annotations

import json
from pathlib import Path

from employment_warehouse import settings
from employment_warehouse.errors import UserError
from employment_warehouse.identity import DATA_KEY, WrongKey, check_value, wrapping_key_for
from employment_warehouse.runtime import deployment
from employment_warehouse.runtime.backup.files import copy_file
from employment_warehouse.runtime.backup.record import Backup
from employment_warehouse.settings import Home

FORMER = "former_wrapping_keys"


def copy_keys(home: Home, folder: Path, keys: Path | None) -> None:
    """The home's keys, to their own folder. Wrapping keys that were copied there before a rotation stay: they open the
    archive of the backups until this one is complete, and that of any older copy of the folder.
    """
    inside, there = folder.resolve(), None if keys is None else keys.resolve()
    if there is None or inside == there or inside in there.parents or there in inside.parents:
        raise UserError(
            "密钥须另存一处 | the keys must be kept apart from the backup",
            code="keys_not_apart",
            where=str(keys or ""),
            expected="`--keys FOLDER`: another folder, best on another medium",
            todo="without the keys a backup is of no use; with them beside it, whoever finds it can read identities",
        )
    own = home.keys_file
    settings.secret_keys()  # makes them, in a new home
    copy = there / own.name
    if copy.exists() and _token_key(copy) != _token_key(own):
        raise keys_foreign(copy)
    there.mkdir(mode=0o700, parents=True, exist_ok=True)
    former = [key for key in _wrapping_keys(copy) if key not in _wrapping_keys(own)] if copy.exists() else []
    kept = own.read_text() if not former else json.dumps(json.loads(own.read_text()) | {FORMER: former}, indent=1)
    settings.write_whole(copy, kept)


def copy_keys_with_data_key(home: Home, folder: Path, keys: Path | None) -> None:
    """The keys, then the data key that they open: at every moment those copied open the one copied."""
    with settings.keys_stand_still():
        copy_keys(home, folder, keys)
        copy_file(home.archive / DATA_KEY, folder / "archive" / DATA_KEY)


def install_keys(home: Home, chosen: Backup, keys: Path | None) -> None:
    """The keys of a backup into a new home; they are compared with the backup's. Raises WrongKey."""
    copy = None if keys is None else keys / "keys.json"
    if copy is not None and copy.exists():
        settings.write_whole(home.keys_file, copy.read_text())
    elif copy is not None or deployment.current(home).is_embedded:
        raise keys_missing(copy)
    if check_value().hex() != chosen.key_check:
        home.keys_file.unlink(missing_ok=True)
        raise keys_foreign(copy)
    choose_wrapping_key(home, chosen.folder.parents[1] / "archive")


def choose_wrapping_key(home: Home, archive: Path) -> None:
    """Put into force, of the wrapping keys that were copied into a new home, the one that opens an archive.

    Raises WrongKey, and then leaves no keys there.
    """
    if settings.are_keys_given():
        wrapping_key_for([settings.secret_keys().wrapping_key], archive)
        return
    kept = json.loads(home.keys_file.read_text())
    try:
        opening = wrapping_key_for(map(bytes.fromhex, _wrapping_keys(home.keys_file)), archive).hex()
    except WrongKey:
        home.keys_file.unlink()
        raise
    kept.pop(FORMER, None)
    if opening != kept["wrapping_key"]:
        kept |= {"wrapping_key": opening, "next_wrapping_key": ""}
    settings.write_whole(home.keys_file, json.dumps(kept, indent=1))


def keys_missing(path: Path | None) -> UserError:
    """The error for a place that has no keys."""
    return UserError(
        "缺少密钥 | the keys are missing",
        code="keys_missing",
        where=str(path or ""),
        expected="`--keys FOLDER`: the folder that `warehouse backup` wrote keys.json to",
        todo="without them no new delivery matches earlier ones, and the archive cannot be read",
    )


def _token_key(path: Path) -> str:
    try:
        return str(json.loads(path.read_text())["token_key"])
    except (ValueError, KeyError):
        return ""


def _wrapping_keys(path: Path) -> list[str]:
    """Of a file of keys: the one in force, that of a rotation that goes on, and former ones of a copy."""
    kept = json.loads(path.read_text())
    return [key for key in (kept["wrapping_key"], kept.get("next_wrapping_key"), *kept.get(FORMER, ())) if key]


def keys_foreign(path: Path | None) -> UserError:
    """The error for keys that are not those of the backup or archive. path: where they are; None: they are this
    process's.
    """
    return UserError(
        "密钥属于另一个数据仓库 | these keys are of another warehouse",
        code="keys_foreign",
        where=str(path or "WAREHOUSE_TOKEN_KEY"),
        expected="the keys of the warehouse whose backup or archive this is",
        todo="name the right folder with `--keys`; a folder holds the keys of one warehouse",
    )
