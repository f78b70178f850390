"""Sealed identities are opened for the console by a process that has the keys, over a socket of this machine.

The console has no key: it gets a sealed identity from the database, with the login of a case worker who may see it
(`vault.reveal` records and limits that), and asks here for its content. Only vault.person is opened, and only processes
of the same user reach the socket.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag

from employment_warehouse.errors import UserError
from employment_warehouse.identity.sealing import place, unseal

SOCKET = "opener.socket"
LONGEST_WAIT_SECONDS = 10
MOST_BYTES = 1 << 16


class OpenerUnreachable(UserError):
    """打开封存身份的进程没有应答。 | The process that opens sealed identities does not answer."""

    code = "opener_unreachable"


def open_identity(sealed: bytes, person_key: UUID) -> dict[str, str]:
    """Open a sealed identity with the keys of this process: `id_number` and, where they were reported, `full_name` and
    `mobile`. Raises WrongKey, InvalidTag.
    """
    identity: dict[str, str] = json.loads(unseal(sealed, place("vault.person.sealed", person_key)))
    return identity


def ask(folder: Path, sealed: bytes, person_key: UUID) -> dict[str, str]:
    """Let the process that has the keys open a sealed identity: `id_number`, `full_name`, `mobile`.

    Raises OpenerUnreachable, also if its keys do not open it.
    """
    question = json.dumps({"person_key": str(person_key), "sealed": sealed.hex()}).encode() + b"\n"
    try:
        with _path(folder) as path, socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(LONGEST_WAIT_SECONDS)
            asking.connect(path)
            asking.sendall(question)
            with asking.makefile("rb") as reply:
                identity: dict[str, str] = json.loads(reply.readline(MOST_BYTES))
    except (OSError, ValueError):
        identity = {}
    if not identity:
        raise OpenerUnreachable(
            todo="本次查看已登记；请操作员查看进程 uploads（warehouse status），再试 | this reveal is on record; ask an"
            " operator to look at the process uploads (warehouse status), then try again"
        )
    return identity


@contextmanager
def listening(folder: Path) -> Iterator[None]:
    """In this block the process opens what is asked of it over a socket in the folder, in place of an earlier one."""
    with _path(folder) as path:
        (folder / SOCKET).unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            server = socketserver.ThreadingUnixStreamServer(path, _Handler)
        finally:
            os.umask(before)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.2})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@contextmanager
def _path(folder: Path) -> Iterator[str]:
    """The socket's path by way of the open folder: the name of a socket has at most 107 bytes."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{opened}/{SOCKET}"
    finally:
        os.close(opened)


class _Handler(socketserver.StreamRequestHandler):
    timeout = LONGEST_WAIT_SECONDS

    def handle(self) -> None:
        """Reply to one question: {} where it is not one, or the keys do not open it."""
        with suppress(OSError):  # whoever asked is gone, or says nothing for too long
            reply = _opened(self.rfile.readline(MOST_BYTES))
            self.wfile.write(json.dumps(reply).encode() + b"\n")


def _opened(line: bytes) -> dict[str, str]:
    try:
        asked = json.loads(line)
        person_key, sealed = str(asked["person_key"]), str(asked["sealed"])
        return open_identity(bytes.fromhex(sealed), UUID(person_key))
    except (OSError, ValueError, LookupError, TypeError, RecursionError, InvalidTag, UserError):
        return {}
