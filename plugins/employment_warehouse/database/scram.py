"""The keys by which a password signs in (SCRAM-SHA-256), computed here instead of in libpq.

How often a password is hashed is part of a login's verifier, which every login sets for itself (`alter role`). libpq
hashes as often as the server says, for an hour if need be, and nothing interrupts it. A process that signs other people
in therefore asks the server first, hashes within a limit, and gives libpq the keys.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import socket
import stringprep
import struct
import unicodedata
from base64 import b64decode, b64encode
from dataclasses import replace
from typing import NamedTuple

import psycopg

from employment_warehouse.database.connections import Address, ScramKeys

MOST_ITERATIONS = 100_000  # PostgreSQL makes 4096
SECONDS = 10
VERSION = 3 << 16  # of the protocol
# Kinds of the server's message `R`.
SASL, SASL_CONTINUE = 10, 11
PROHIBITED = (
    stringprep.in_table_a1, stringprep.in_table_c12, stringprep.in_table_c21_c22, stringprep.in_table_c3,
    stringprep.in_table_c4, stringprep.in_table_c5, stringprep.in_table_c6, stringprep.in_table_c7,
    stringprep.in_table_c8, stringprep.in_table_c9,
)  # fmt: skip


class TooManyIterations(Exception):
    """The login's verifier asks for more hashing than anybody's sign-in may cost."""


class Challenge(NamedTuple):
    """What the server says of a login's verifier before it knows the password."""

    salt: bytes
    iterations: int


def with_keys(at: Address) -> Address:
    """The address with keys in place of the password: for its connections libpq computes nothing.

    Raises TooManyIterations; psycopg.OperationalError where the server does not answer or does not ask for SCRAM.
    """
    asked = _ask(at)
    if asked.iterations > MOST_ITERATIONS:
        raise TooManyIterations
    return replace(at, password="", keys=keys_of(at.password, asked))


def keys_of(password: str, asked: Challenge) -> ScramKeys:
    """The keys of a password (RFC 5802)."""
    salted = hashlib.pbkdf2_hmac("sha256", normalised_password(password).encode(), asked.salt, asked.iterations)
    client, server = (hmac.digest(salted, name, "sha256") for name in (b"Client Key", b"Server Key"))
    return ScramKeys(b64encode(client).decode(), b64encode(server).decode())


def normalised_password(password: str) -> str:
    """The password as PostgreSQL hashes it: by SASLprep (RFC 4013), as it is where that prohibits it."""
    spaced = "".join(" " if stringprep.in_table_c12(char) else char for char in password)
    kept = "".join(char for char in spaced if not stringprep.in_table_b1(char))
    is_prohibited = any(is_in(char) for char in kept for is_in in PROHIBITED)
    return password if not kept or is_prohibited or _mixes_directions(kept) else unicodedata.normalize("NFKC", kept)


def _mixes_directions(text: str) -> bool:
    from_right = [stringprep.in_table_d1(char) for char in text]
    if not any(from_right):
        return False
    return not (from_right[0] and from_right[-1]) or any(map(stringprep.in_table_d2, text))


def _ask(at: Address) -> Challenge:
    """Begin a sign-in, up to the server's first message."""
    try:
        with _connected(at) as server:
            names = f"user\0{at.user}\0database\0{at.database}\0\0".encode()
            server.sendall(struct.pack("!ii", len(names) + 8, VERSION) + names)
            _message(server, SASL)
            first = f"n,,n=,r={secrets.token_urlsafe(18)}".encode()
            chosen = b"SCRAM-SHA-256\0" + struct.pack("!i", len(first)) + first
            server.sendall(b"p" + struct.pack("!i", len(chosen) + 4) + chosen)
            challenge = dict(part.split("=", 1) for part in _message(server, SASL_CONTINUE).decode().split(","))
    except OSError as error:
        raise psycopg.OperationalError(f"connection failed: {error}") from error
    return Challenge(b64decode(challenge["s"]), int(challenge["i"]))


def _connected(at: Address) -> socket.socket:
    """As libpq does: a host that is a path is the folder of a socket."""
    if not at.host.startswith("/"):
        return socket.create_connection((at.host, at.port), SECONDS)
    local = socket.socket(socket.AF_UNIX)
    local.settimeout(SECONDS)
    local.connect(f"{at.host}/.s.PGSQL.{at.port}")
    return local


def _message(server: socket.socket, kind: int) -> bytes:
    """The content of a message of this kind. Raises psycopg.OperationalError if it is another one."""
    letter, length = struct.unpack("!ci", _read(server, 5))
    content = _read(server, length - 4)
    if letter != b"R" or content[:4] != struct.pack("!i", kind):
        messages = [field[1:].decode(errors="replace") for field in content.split(b"\0") if field.startswith(b"M")]
        raise psycopg.OperationalError(
            messages[0] if letter == b"E" and messages else "the server does not ask for SCRAM"
        )
    return content[4:]


def _read(server: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        if not (more := server.recv(size - len(content))):
            raise ConnectionError("the server closed the connection")
        content += more
    return content
