"""The keys of a password are those that libpq computes, whatever is typed, and nobody hashes without end."""

from __future__ import annotations

import hashlib
import socket
import struct
from base64 import b64decode, b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from psycopg import pq

from employment_warehouse.database import OWN_LOGIN, connect, signed_in
from employment_warehouse.database.connections import Address, ScramKeys
from employment_warehouse.database.scram import Challenge, TooManyIterations, keys_of, with_keys

pytestmark = pytest.mark.quick
# What SASLprep maps, drops, normalises or prohibits.
PARTS = [
    "口令", "ｆｕｌｌ", "\u3000", "\xad", "\xa0", "Ⅸ",
    "ﬁ", "e\u0301", "א", "ا1", "\u200b", "\ue000", "\u0221", "\u1680", "⿰", "🄀",
]  # fmt: skip
TYPED = st.lists(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=3) | st.sampled_from(PARTS),
    min_size=1,
    max_size=4,
)
ENDLESS = 2_147_483_647


@pytest.fixture(scope="module")
def libpq() -> pq.PGconn:
    """It makes a verifier without a server as well."""
    return pq.PGconn.connect_start(b"host=/nowhere")


@given(TYPED.map("".join).filter(bool))
@example("a password")
@example("口令口令口令口令")
@example("\u00ad")
@example("ＡＢ　Ⅸ")
def test_keys_fit_the_verifier_that_libpq_makes(libpq: pq.PGconn, password: str) -> None:
    verifier = libpq.encrypt_password(password.encode(), b"anybody", b"scram-sha-256").decode()
    _, asked, stored = verifier.split("$")
    iterations, salt = asked.split(":")
    keys = keys_of(password, Challenge(b64decode(salt), int(iterations)))
    client = b64encode(hashlib.sha256(b64decode(keys.client)).digest()).decode()
    assert f"{client}:{keys.server}" == stored


def ask_for_endless_hashing(listening: socket.socket) -> bytes:
    """Be the server of one sign-in; what answers the question, nothing if the caller gives up."""
    client = listening.accept()[0]
    with client, client.makefile("rb") as sent:

        def take(letter: bytes = b"") -> bytes:
            assert sent.read(len(letter)) == letter
            return sent.read(struct.unpack("!i", sent.read(4))[0] - 4)

        def say(kind: int, content: bytes) -> None:
            client.sendall(b"R" + struct.pack("!ii", len(content) + 8, kind) + content)

        if take() == struct.pack("!i", 80877103):  # libpq asks for TLS first
            client.sendall(b"N")
            take()
        say(10, b"SCRAM-SHA-256\0\0")
        nonce = take(b"p").rpartition(b"r=")[2]
        say(11, b"r=%bours,s=c2FsdA==,i=%d" % (nonce, ENDLESS))
        return b"" if sent.peek(1) == b"" else take(b"p")


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as open_socket:
        yield open_socket


def test_nobody_hashes_without_end(listening: socket.socket) -> None:
    """Neither the sign-in nor libpq with the keys of a session, whose login has changed its verifier since."""
    at = Address("127.0.0.1", listening.getsockname()[1], "a", "a password", "b")
    keys = ScramKeys(*[b64encode(bytes(32)).decode()] * 2)
    with ThreadPoolExecutor(1) as other:
        answer = other.submit(ask_for_endless_hashing, listening)
        with pytest.raises(TooManyIterations):
            with_keys(at)
        assert answer.result() == b""
        answer = other.submit(ask_for_endless_hashing, listening)
        with signed_in(replace(at, password="", keys=keys)), pytest.raises(psycopg.OperationalError):
            connect(OWN_LOGIN)
        assert b"p=" in answer.result()
