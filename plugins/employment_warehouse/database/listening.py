"""Where the embedded server listens: at a socket in a folder that nobody else may enter, by the name of a port."""

from __future__ import annotations

import hashlib
import os
import re
import socket
from pathlib import Path

from employment_warehouse.errors import UserError
from employment_warehouse.settings import Home

SOCKET_BYTES = 107


def choose_socket_folder(home: Home, owner: int) -> Path:
    """In the home, or, if its path is too long or unusual for a socket, a short folder under /tmp."""
    inside = home.run
    fits = len(os.fsencode(inside / ".s.PGSQL.65535")) <= SOCKET_BYTES
    if fits and re.fullmatch(r"[A-Za-z0-9_./-]+", str(inside)) and owner == os.geteuid():
        return inside
    hash_of_home = hashlib.sha256(os.fsencode(home.root)).hexdigest()[:12]
    return Path(f"/tmp/employment-warehouse-{owner}-{hash_of_home}")  # noqa: S108  created 0700, checked


def make_socket_folder(folder: Path, owner: int) -> None:
    """Make the folder, and refuse one that is someone else's, or open to others."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(folder, owner, -1)
    kept = folder.stat()
    if kept.st_uid != owner or kept.st_mode & 0o077:
        raise UserError(
            "套接字目录属于他人 | the socket's folder belongs to someone else",
            code="socket_folder_foreign",
            where=str(folder),
            expected="a folder of this user, mode 0700",
            todo="remove it, or use a home with a shorter path",
        )


def free_port(wanted: int = 0) -> int:
    """`wanted` if nothing listens there, else a port that is free now (TCP, this machine only)."""
    for candidate in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UserError("没有空闲端口 | no port is free", code="no_port")
