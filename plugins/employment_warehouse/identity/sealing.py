"""Sealing: AES-256-GCM under a data key, which is stored wrapped (RFC 3394) by the wrapping key.

A sealed value is bound to its place: the table, the column and the row's key are its associated data, so that it cannot
be read as another person's. Values that were sealed before that (without FORMAT at their beginning) are still read.

Rotation wraps the data key again and changes no sealed value; meanwhile both wrapping keys open it. The wrapped data
key is stored beside the archive that it opens (`archive/data_key.json`): whoever restores a backup needs that folder,
and the wrapping key.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from employment_warehouse import settings
from employment_warehouse.errors import UserError

DATA_KEY = "data_key.json"  # in the archive
NONCE_BYTES = 12
FORMAT = b"WHS\x02"  # four bytes by which one of 2³² values of the first format could be mistaken


class WrongKey(UserError):
    """封存密钥不符。 | The wrapping key does not open what was sealed."""

    code = "wrong_wrapping_key"


class WrongDataKey(UserError):
    """档案中没有本库的数据密钥，未写入任何数据。 | The archive lacks this warehouse's data key: nothing was stored."""

    code = "wrong_data_key"


def place(column: str, *key: object) -> bytes:
    """Where a sealed value is stored, as its associated data. column: `vault.person.sealed`; key: of the row."""
    values = [
        value.bytes if isinstance(value, UUID) else value if isinstance(value, bytes) else str(value) for value in key
    ]
    return json.dumps([column, *(value.hex() if isinstance(value, bytes) else value for value in values)]).encode()


def seal(plain: bytes, at: bytes) -> bytes:
    """The value sealed: format, nonce, ciphertext, tag (32 bytes longer). Raises WrongDataKey, WrongKey."""
    return seal_all([plain], [at])[0]


def seal_all(plains: list[bytes], places: list[bytes]) -> list[bytes]:
    """Many values, each sealed by itself at its place; about 1 µs each."""
    encrypt = data_key().encrypt
    nonces = os.urandom(NONCE_BYTES * len(plains))
    sealed = []
    for position, (plain, at) in enumerate(zip(plains, places, strict=True)):
        nonce = nonces[position * NONCE_BYTES : (position + 1) * NONCE_BYTES]
        sealed.append(FORMAT + nonce + encrypt(nonce, plain, FORMAT + at))
    return sealed


def unseal(sealed: bytes, at: bytes) -> bytes:
    """The value that was sealed at this place. Raises WrongDataKey and WrongKey, and cryptography's InvalidTag if a bit
    of it was changed or it was sealed at another place.
    """
    if sealed.startswith(FORMAT):
        behind = len(FORMAT) + NONCE_BYTES
        return data_key().decrypt(sealed[len(FORMAT) : behind], sealed[behind:], FORMAT + at)
    return data_key().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)


def data_key() -> AESGCM:
    """The cipher of this warehouse. Raises WrongDataKey, WrongKey."""
    return _open(_kept_keys(), settings.secret_keys().wrapping_key)


def make_data_key() -> None:
    """Make the data key of a new warehouse; nothing where its archive has one."""
    path = settings.current_home().archive / DATA_KEY
    if path.exists():
        return
    wrapped = aes_key_wrap(settings.secret_keys().wrapping_key, AESGCM.generate_key(256))
    settings.write_once(path, _content_of(wrapped))


def require_opens(sealed: bytes, at: bytes) -> None:
    """Raises WrongDataKey unless the archive has the data key with which this was sealed."""
    try:
        unseal(sealed, at)
    except InvalidTag:
        raise _wrong_data_key() from None


def wrap_for(*wrapping_keys: bytes) -> None:
    """Let exactly these keys open what was sealed, from now on; tokens and sealed values stay unchanged.

    Raises WrongKey, and then changes nothing, if the wrapping key in force does not open it.
    """
    path = _kept_keys()
    key = _unwrap(path, settings.secret_keys().wrapping_key)
    settings.write_whole(path, _content_of(*(aes_key_wrap(wrapping_key, key) for wrapping_key in wrapping_keys)))
    _open.cache_clear()


def wrapping_keys_in_force() -> int:
    """How many wrapping keys open what was sealed: two while a rotation goes on."""
    return len(_wrapped_keys(_kept_keys()))


def wrapping_key_for(wrapping_keys: Iterable[bytes], archive: Path) -> bytes:
    """The first of these keys that opens what an archive holds. Raises WrongKey if none does."""
    path, kept = archive / DATA_KEY, list(wrapping_keys)
    if not path.exists():  # nothing was ever sealed there
        return kept[0]
    for wrapping_key in kept:
        with suppress(WrongKey, ValueError, KeyError):  # or it is damaged
            _unwrap(path, wrapping_key)
            return wrapping_key
    raise WrongKey(where=str(path), todo="name the keys that were copied with this backup, or later")


@lru_cache(maxsize=4)
def _open(path: Path, wrapping_key: bytes) -> AESGCM:
    return AESGCM(_unwrap(path, wrapping_key))


def _unwrap(path: Path, wrapping_key: bytes) -> bytes:
    for wrapped in _wrapped_keys(path):
        with suppress(InvalidUnwrap):
            return aes_key_unwrap(wrapping_key, wrapped)
    raise WrongKey(where=str(path), todo="set the wrapping key that this warehouse was sealed with")


def _wrapped_keys(path: Path) -> list[bytes]:
    kept = json.loads(path.read_text())["wrapped"]
    return [bytes.fromhex(one) for one in ([kept] if isinstance(kept, str) else kept)]


def _kept_keys() -> Path:
    path = settings.current_home().archive / DATA_KEY
    if not path.exists():
        raise _wrong_data_key()
    return path


def _wrong_data_key() -> WrongDataKey:
    return WrongDataKey(
        where=str(settings.current_home().archive / DATA_KEY),
        todo="mount the archive of this warehouse, or restore it from its backup"
        " (a new warehouse has no data key before its first night or backup)",
    )


def _content_of(*wrapped: bytes) -> str:
    """Of the file of the data key."""
    return json.dumps({"cipher": "AES-256-GCM", "wrapped": [one.hex() for one in wrapped]})
