"""The keys of identity: those of the environment, else those of the home."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from employment_warehouse.errors import UserError
from employment_warehouse.settings.home import current_home
from employment_warehouse.settings.key_file import read_secrets, update_secrets
from employment_warehouse.settings.variables import variable


@dataclass(frozen=True)
class SecretKeys:
    """token_key computes tokens and never changes; wrapping_key encrypts the vault and may be rotated (version).

    next_wrapping_key: the one that replaces it, while a rotation goes on.
    """

    token_key: bytes
    wrapping_key: bytes
    version: int
    next_wrapping_key: bytes | None = None


def secret_keys() -> SecretKeys:
    """The keys of identity: WAREHOUSE_TOKEN_KEY and WAREHOUSE_WRAPPING_KEY (hex), else those of the home."""
    token, wrapping = variable("WAREHOUSE_TOKEN_KEY"), variable("WAREHOUSE_WRAPPING_KEY")
    if token and wrapping:
        version, next_wrapping = int(variable("WAREHOUSE_KEY_VERSION") or "1"), variable("WAREHOUSE_NEXT_WRAPPING_KEY")
    else:
        kept = read_secrets(current_home().keys_file)
        token, wrapping, version = kept["token_key"], kept["wrapping_key"], int(kept["version"])
        next_wrapping = kept.get("next_wrapping_key", "")
    return SecretKeys(bytes.fromhex(token), bytes.fromhex(wrapping), version, bytes.fromhex(next_wrapping) or None)


def choose_next_wrapping_key() -> SecretKeys:
    """The keys, with a next wrapping key: the one of a rotation that was interrupted, else a new one, which is kept.

    Raises UserError (`no_next_key`) where the keys are given by the environment without a next one.
    """
    keys = secret_keys()
    if keys.next_wrapping_key is not None:
        return keys
    if are_keys_given():
        raise UserError(
            "没有新的封存密钥 | there is no new wrapping key",
            code="no_next_key",
            expected="WAREHOUSE_NEXT_WRAPPING_KEY or WAREHOUSE_NEXT_WRAPPING_KEY_FILE, 64 hexadecimal digits",
            todo="`openssl rand -hex 32 > secrets/warehouse_next_wrapping_key`, then again",
        )
    update_secrets(current_home().keys_file, {"next_wrapping_key": secrets.token_hex(32)})
    return secret_keys()


def adopt_next_wrapping_key(next_wrapping: bytes) -> None:
    """Make this key the home's wrapping key, under the next version number."""
    kept = read_secrets(current_home().keys_file)
    adopted = {"wrapping_key": next_wrapping.hex(), "version": str(int(kept["version"]) + 1), "next_wrapping_key": ""}
    update_secrets(current_home().keys_file, adopted)


@contextmanager
def keys_stand_still() -> Iterator[None]:
    """In this block no other process of this home rotates its keys; whoever comes second waits. The lock is on the
    folder of the keys.
    """
    folder = os.open(current_home().secrets, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def are_keys_given() -> bool:
    """Whether the environment has the keys of identity, so that the home's do not count."""
    return bool(variable("WAREHOUSE_TOKEN_KEY") and variable("WAREHOUSE_WRAPPING_KEY"))
