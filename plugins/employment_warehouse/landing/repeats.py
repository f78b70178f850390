"""Which keys come twice in one delivery, found without keeping its keys in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from employment_warehouse import settings

# Keys that are sorted at once; more than these are sorted in several goes.
SORTED_AT_ONCE = 500_000
Digests = NDArray[np.uint64]
DIGEST, LINE = np.dtype("<u8"), np.dtype("<i4")


class KeyLog:
    """Digest and line of every row that was landed, in files without a name, 12 bytes a row."""

    def __init__(self) -> None:
        run = settings.current_home().run
        self._digests: IO[bytes] = tempfile.TemporaryFile(dir=run)  # noqa: SIM115
        self._lines: IO[bytes] = tempfile.TemporaryFile(dir=run)  # noqa: SIM115
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._digests.close()
        self._lines.close()

    def write(self, keys: pl.DataFrame, lines: pl.Series) -> None:
        """Append the rows of one batch, in which no key comes twice."""
        self._digests.write(keys.hash_rows().to_numpy().astype(DIGEST).tobytes())
        self._lines.write(lines.to_numpy().astype(LINE).tobytes())
        self._rows += keys.height

    def repeated_lines(self) -> list[int]:
        """Lines of rows whose key, by its digest, another row has too."""
        goes = 1 + self._rows // SORTED_AT_ONCE
        repeated = [self._repeated(goes, go) for go in range(goes)]
        if not any(map(len, repeated)):  # as a rule
            return []
        return self._lines_of(np.concatenate(repeated))

    def _repeated(self, goes: int, go: int) -> Digests:
        mine = np.concatenate([block[block % goes == go] if goes > 1 else block for block in self._blocks()])
        mine.sort()
        repeated: Digests = mine[1:][mine[1:] == mine[:-1]]
        return repeated

    def _lines_of(self, digests: Digests) -> list[int]:
        self._lines.seek(0)
        lines: list[int] = []
        for block in self._blocks():
            here = np.frombuffer(self._lines.read(LINE.itemsize * len(block)), LINE)
            lines += here[np.isin(block, digests)].tolist()
        return lines

    def _blocks(self) -> Iterator[Digests]:
        yield np.empty(0, DIGEST)
        self._digests.seek(0)
        while block := self._digests.read(DIGEST.itemsize * SORTED_AT_ONCE // 4):
            yield np.frombuffer(block, DIGEST)
