"""Places in a piece of CSV, found with numpy over its bytes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from employment_warehouse.reading.records import Dialect
from employment_warehouse.reading.rows import BLANK_LEAD_BYTES

LF, CR = 10, 13

Positions = NDArray[np.int64]
Octets = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def octets_of(data: bytes) -> Octets:
    """The bytes as an array, without a copy."""
    return np.frombuffer(data, np.uint8)


def after_line_end(data: bytes, start: int, stop: int) -> int:
    """The position after the last complete line end in data[start:stop]; 0: there is none."""
    at = data.rfind(b"\n", start, stop)
    if at < 0:
        at = data.rfind(b"\r", start, min(stop, len(data) - 1))  # the LF of a CR at the very end may not have arrived
        if at >= 0 and data[at + 1] == LF:
            at = data.rfind(b"\r", start, at)
    return at + 1


def lone_cr_mask(octets: Octets) -> Mask:
    """Which octets are a CR without a LF after it."""
    lone: Mask = octets == CR
    lone[:-1] &= octets[1:] != LF
    return lone


def with_line_feeds(octets: Octets, inside: Mask | None) -> Octets:
    """The octets with LF for every lone CR that ends a record. inside: which octets are within quotation marks."""
    lone = lone_cr_mask(octets)
    if inside is not None:
        lone &= ~inside
    return np.where(lone, np.uint8(LF), octets)


def neighbours(octets: Octets, positions: Positions, step: int) -> Octets:
    """The octets before (step -1) or after (+1) the positions; LF beyond the borders."""
    at = positions + step
    outside = (at < 0) | (at >= len(octets))
    return np.where(outside, np.uint8(LF), octets[np.where(outside, 0, at)])


def edges_of(dialect: Dialect) -> Mask:
    """For each byte value, whether it may stand beside the first or last character of a cell."""
    is_edge = np.zeros(256, bool)
    is_edge[[ord(dialect.delimiter), ord(dialect.quote), LF, CR]] = True
    return is_edge


def outer_blank_detector(dialect: Dialect) -> Callable[[bytes], bool]:
    """A function that says whether a cell of a chunk, which ends with a line end, may begin or end with a blank. It may
    say yes where there is none, but never no where there is one.
    """
    is_edge, delimiter, quote = edges_of(dialect), ord(dialect.delimiter), ord(dialect.quote)

    def has_outer_blanks(chunk: bytes) -> bool:
        octets = octets_of(chunk)
        for lead, byte_count in BLANK_LEAD_BYTES.items():
            if chunk.find(lead) < 0:
                continue
            if lead == delimiter and chunk.find(quote) < 0:  # a tab delimits, but within quotation marks it is a blank
                continue
            at = np.flatnonzero(octets == lead)
            before, after = octets[at - 1], octets[np.minimum(at + byte_count, len(octets) - 1)]
            if at[0] == 0 or is_edge[before].any() or is_edge[after].any():
                return True
        return False

    return has_outer_blanks
