"""Delimiters of two or three characters (|!, @|@, ||), which are read as one character that no text contains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from employment_warehouse.reading.records import DELIMITERS

STAND_IN = "\x03"

_SIGNS = re.compile(r"[!#$%&*/:;<=>?@\\^`{|}~,\t]{2,3}")
_SINGLE = ",;\t"  # two of these in a row are an empty cell between two delimiters; beside another sign one ends a cell
_N_LINES = 50


def long_delimiter(lines: Sequence[str]) -> str:
    """The delimiter of two or three characters that cuts the lines alike; '' if there is none.

    Signs of it that also stand alone are delimiters by themselves: a,b,,c; and what the cells of a column begin or end
    with (="…", /, 95%, http://) is missing in its header, which a delimiter of one character cuts like the rows.
    """
    filled = [line.strip() for line in lines if line.strip()][:_N_LINES]
    if not filled:
        return ""
    runs = {run for line in filled[:5] for run in _SIGNS.findall(line)}
    found = {run[at : at + size] for run in runs for size in (2, 3) for at in range(len(run) - size + 1)}
    return max((one for one in found if _cuts_alike(one, filled)), key=len, default="")


def _cuts_alike(delimiter: str, lines: Sequence[str]) -> bool:
    if {*delimiter} <= {*_SINGLE} or ({*delimiter} & {*_SINGLE} and delimiter != delimiter[::-1]):
        return False
    counts = [line.count(delimiter) for line in lines]
    usual = _usual(counts)
    # the ends of the delimiter touch no further sign of it: || within ||| is not one
    rests = [line.replace(delimiter, "") for line in lines]
    alone = sum(rest.count(sign) for rest in rests for sign in {*delimiter})
    if usual < 1 or counts.count(usual) < 0.9 * len(lines) or alone > 0.1 * sum(counts):
        return False
    lines_above = counts.index(usual)
    return not any(_cuts_better(sign, delimiter, lines, lines_above) for sign in DELIMITERS)


def _cuts_better(sign: str, delimiter: str, lines: Sequence[str], lines_above: int) -> bool:
    """Whether one character cuts a line above the first with the long delimiter like the others, or, being none of the
    delimiter's own, all lines into more cells.
    """
    counts = [line.count(sign) for line in lines]
    usual = _usual(counts)
    if usual and usual in counts[:lines_above]:
        return True
    return sign not in delimiter and len({*counts}) == 1 and usual > lines[0].count(delimiter)


def _usual(counts: list[int]) -> int:
    return max({*counts}, key=counts.count)


def replace_delimiter(blocks: Iterable[bytes], delimiter: str) -> Iterator[bytes]:
    """The UTF-8 text with one character in place of the long delimiter."""
    wanted, stand_in = delimiter.encode(), STAND_IN.encode()
    rest = b""
    for block in blocks:
        data = (rest + block).replace(wanted, stand_in)
        kept = next((size for size in range(len(wanted) - 1, 0, -1) if data.endswith(wanted[:size])), 0)
        rest = data[len(data) - kept :]
        yield data[: len(data) - kept]
    yield rest
