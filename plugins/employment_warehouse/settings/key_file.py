"""The file of a home's secrets, `secrets/keys.json`: created once, changed whole."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from employment_warehouse.errors import UserError
from employment_warehouse.settings.whole_file import write_once, write_whole


def read_secrets(path: Path) -> Mapping[str, str]:
    """The secrets of a home, made when first asked for; the file has mode 0600."""
    if not path.exists():
        fresh = {
            "version": "1",
            "token_key": secrets.token_hex(32),
            "wrapping_key": secrets.token_hex(32),
            "derivation_key": secrets.token_hex(32),
        }
        write_once(path, json.dumps(fresh, indent=1))
    try:
        kept: Mapping[str, str] = json.loads(path.read_text())
    except ValueError as error:
        raise UserError(
            "密钥文件无法读取 | the file of keys cannot be read",
            code="keys_unreadable",
            where=str(path),
            expected="JSON as set-up wrote it",
            todo="restore it from a backup: without its token key earlier deliveries can no longer be matched",
        ) from error
    return kept


def update_secrets(path: Path, changed: Mapping[str, str]) -> None:
    """Change some of the secrets."""
    write_whole(path, json.dumps({**read_secrets(path), **changed}, indent=1))
