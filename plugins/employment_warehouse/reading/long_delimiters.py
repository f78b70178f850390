"""Delimiters of two or three characters (|!, @|@, ||), which are read as one character that no text contains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

STAND_IN = "\x03"

_SIGNS = re.compile(r"[!#$%&*/:;<=>?@\\^`{|}~,\t]{2,3}")
_SINGLE = ",;\t"  # two of these in a row are an empty cell between two delimiters
_N_LINES = 50


def long_delimiter(lines: Sequence[str]) -> str:
    """The delimiter of two or three characters that cuts the lines alike; '' if there is none.

    A sign that also stands alone is a delimiter by itself: a,b,,c.
    """
    filled = [line.strip() for line in lines if line.strip()][:_N_LINES]
    if not filled:
        return ""
    runs = {run for line in filled[:5] for run in _SIGNS.findall(line)}
    found = {run[at : at + size] for run in runs for size in (2, 3) for at in range(len(run) - size + 1)}
    return max((one for one in found if _cuts_alike(one, filled)), key=len, default="")


def _cuts_alike(delimiter: str, lines: Sequence[str]) -> bool:
    if set(delimiter) <= set(_SINGLE):
        return False
    counts = [line.count(delimiter) for line in lines]
    usual = max(set(counts), key=counts.count)
    sign = next(sign for sign in delimiter if sign not in _SINGLE)
    alone = sum(line.replace(delimiter, "").count(sign) for line in lines)
    # the ends of the delimiter touch no further sign of it: || within ||| is not one
    return usual >= 1 and counts.count(usual) >= 0.9 * len(lines) and alone <= 0.1 * sum(counts)


def with_stand_in(blocks: Iterable[bytes], delimiter: str) -> Iterator[bytes]:
    """UTF-8 with the one character in place of the delimiter."""
    wanted, stand_in = delimiter.encode(), STAND_IN.encode()
    rest = b""
    for block in blocks:
        data = (rest + block).replace(wanted, stand_in)
        kept = next((size for size in range(len(wanted) - 1, 0, -1) if data.endswith(wanted[:size])), 0)
        rest = data[len(data) - kept :]
        yield data[: len(data) - kept]
    yield rest
