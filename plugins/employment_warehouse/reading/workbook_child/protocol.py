"""What the process writes to standard output: lines of JSON, and rows where a line announces them.

First the sheets with their first rows; then, for the sheets that standard input asks for, all their rows. U+001F ends a
cell, U+001E a row; U+0001 stands before a value that is not text in the workbook.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, NoReturn

CELL, ROW, NOT_TEXT = "\x1f", "\x1e", "\x01"


class Refusal(Exception):
    """Why the workbook is not read: one of the codes that the reader knows."""


def refuse(code: str) -> NoReturn:
    """Raises Refusal, which the main thread tells: another one would speak into the rows that are being sent."""
    raise Refusal(code)


def end(code: str) -> NoReturn:
    """Say why, and go, whatever other threads are at."""
    say({"refused": code})
    os._exit(0)


def say(frame: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(frame).encode() + b"\n")
    sys.stdout.buffer.flush()
