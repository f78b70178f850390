"""Processes of a home that need nothing of the warehouse, kept from it.

All processes of a home run under one account, which may read its keys, and the environment of every other process. A
secluded one runs in a user and mount namespace of its own: folders of the home are covered by empty ones, and the
kernel refuses it the other processes. Where the machine has no user namespaces it runs without (`is_possible`).
"""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

# The first namespace may mount; the second has no rights in it, so that what covers a folder stays.
COVER_SCRIPT = (
    'while [ "$1" != -- ]; do mount -t tmpfs -o size=4k,mode=000 none "$1" || exit 71; shift; done; shift; '
    'exec unshare --user --map-user=1000 --map-group=1000 -- "$@"'
)
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "--", "sh", "-c", COVER_SCRIPT, "sh")


def secluded_command(command: list[str], hidden: list[Path]) -> list[str]:
    """A command that runs the given one where the hidden folders are empty and other processes are closed to it."""
    if not is_possible():
        return command
    return [*NAMESPACE, *map(str, hidden), "--", *command]


@cache
def is_possible() -> bool:
    """Whether this machine lets this account make such namespaces."""
    try:
        return subprocess.run([*NAMESPACE, "/mnt", "--", "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
