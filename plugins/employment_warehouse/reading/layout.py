"""Where the records of a piece of CSV lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LF, CR = 10, 13

Positions = NDArray[np.int64]
Octets = NDArray[np.uint8]


@dataclass(frozen=True)
class Layout:
    """Where the records of a chunk lie, as far as they are beyond doubt."""

    chunk: bytes  # every line end of a record is a LF or CRLF
    first_row: int  # of the file's records, from 0
    starts: Positions
    ends: Positions  # of their LF
    n_cells: Positions
    lines: Positions
    quoted: bool
    blanks: bool  # some cell may begin or end with one
    stop: int  # the exact tokenizer goes on from here,
    trouble: int | None  # until it is past this
    next_line: int  # that of `stop`

    def records(self, wanted: NDArray[np.bool_]) -> bytes:
        """The bytes of some of its records; runs of them are taken as one slice."""
        edges = np.flatnonzero(np.diff(wanted, prepend=False, append=False))
        return b"".join(
            self.chunk[int(self.starts[begin]) : int(self.ends[end - 1]) + 1]
            for begin, end in zip(edges[0::2], edges[1::2], strict=True)
        )
