"""The file of a home's secrets, `secrets/keys.json`: created once, changed whole."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from employment_warehouse.errors import UserError


def read_secrets(path: Path) -> Mapping[str, str]:
    """The secrets of a home, made when first asked for; the file has mode 0600."""
    if not path.exists():
        fresh = {
            "version": "1",
            "token_key": secrets.token_hex(32),
            "wrapping_key": secrets.token_hex(32),
            "derivation_key": secrets.token_hex(32),
        }
        # Written under another name, then linked: a killed set-up leaves no partial file, and of two processes
        # that start together the first one's keys are kept.
        draft = path.with_name(f"keys.{os.getpid()}.tmp")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(fresh, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
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


def write_whole(path: Path, text: str) -> None:
    """Write a file of the home, mode 0600; a kill or a power cut leaves the old file or the new one, never a part."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    put_in_place(draft, path)


def put_in_place(draft: Path, path: Path) -> None:
    """Let a file that is on the disk replace another one, on the disk too when this returns."""
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
