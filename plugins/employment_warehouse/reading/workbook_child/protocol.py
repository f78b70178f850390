"""What the process writes to standard output: lines of JSON, and rows where a line announces them.

First the sheets with their first rows; then, for the sheets that standard input asks for, all their rows. U+001F ends a
cell, U+001E a row. A mark before a cell says that it is not a text in the workbook.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, NoReturn

CELL, ROW = "\x1f", "\x1e"
NUMBER = "\x01"  # before a number
OTHER = "\x02"  # before a date, a time, a boolean, an error; and before a number that the sheet shows in some other way
SHOWN = "\x03"  # between a number and how the sheet shows it, if its format adds to it
TYPED = "\x04"  # in what the sheet shows: the place of the text that was typed; never sent
UNCALCULATED = "#未计算UNCALCULATED"  # a formula without a result; the contracts know it by this text


class Refusal(Exception):
    """Why the workbook is not read: one of the codes that the reader knows."""


def refuse(code: str) -> NoReturn:
    """Raises Refusal. The main thread reports it: another one would write into the rows that are being sent."""
    raise Refusal(code)


def end(code: str) -> NoReturn:
    """Report the reason and exit, regardless of other threads."""
    send_line({"refused": code})
    os._exit(0)


def send_line(content: dict[str, Any]) -> None:
    """Write one line of JSON."""
    sys.stdout.buffer.write(json.dumps(content).encode() + b"\n")
    sys.stdout.buffer.flush()
