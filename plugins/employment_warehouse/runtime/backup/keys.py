"""The keys that a backup needs: copied to a folder of their own, compared before they are installed."""

from __future__ import annotations

import json
from pathlib import Path

from employment_warehouse import settings
from employment_warehouse.errors import UserError
from employment_warehouse.identity import check_value
from employment_warehouse.runtime import deployment
from employment_warehouse.runtime.backup.record import Backup
from employment_warehouse.settings import Home


def copy_keys(home: Home, folder: Path, keys: Path | None) -> None:
    """The home's keys, to their own folder."""
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
    settings.write_whole(copy, own.read_text())


def install_keys(home: Home, chosen: Backup, keys: Path | None) -> None:
    """The keys of a backup into a new home; they are compared with the backup's."""
    copy = None if keys is None else keys / "keys.json"
    if copy is not None and copy.exists():
        settings.write_whole(home.keys_file, copy.read_text())
    elif copy is not None or deployment.current(home).is_embedded:
        raise keys_missing(copy)
    if check_value().hex() != chosen.key_check:
        home.keys_file.unlink(missing_ok=True)
        raise keys_foreign(copy)


def keys_missing(path: Path | None) -> UserError:
    """No keys at that place."""
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


def keys_foreign(path: Path | None) -> UserError:
    """The keys there, or None: of this process, are not those of the backup or archive."""
    return UserError(
        "密钥属于另一个数据仓库 | these keys are of another warehouse",
        code="keys_foreign",
        where=str(path or "WAREHOUSE_TOKEN_KEY"),
        expected="the keys of the warehouse whose backup or archive this is",
        todo="name the right folder with `--keys`; a folder holds the keys of one warehouse",
    )
