"""Find keys that occur twice in one delivery, without keeping all keys in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from employment_warehouse import settings

# Keys sorted at once; more keys are sorted in several passes.
SORTED_AT_ONCE = 500_000
Hashes = NDArray[np.uint64]
HASH, LINE = np.dtype("<u8"), np.dtype("<i4")


class KeyLog:
    """Hash and line of every landed row, in unnamed temporary files, 12 bytes for each row."""

    def __init__(self) -> None:
        run = settings.current_home().run
        self._hashes: IO[bytes] = tempfile.TemporaryFile(dir=run)  # noqa: SIM115
        self._lines: IO[bytes] = tempfile.TemporaryFile(dir=run)  # noqa: SIM115
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._hashes.close()
        self._lines.close()

    def write(self, keys: pl.DataFrame, lines: pl.Series) -> None:
        """Append the rows of one frame, in which no key occurs twice."""
        self._hashes.write(keys.hash_rows().to_numpy().astype(HASH).tobytes())
        self._lines.write(lines.to_numpy().astype(LINE).tobytes())
        self._rows += keys.height

    def repeated_lines(self) -> list[int]:
        """Lines of rows whose key has the same hash as the key of another row."""
        passes = 1 + self._rows // SORTED_AT_ONCE
        repeated = [self._repeated(passes, number) for number in range(passes)]
        if not any(map(len, repeated)):  # the usual case
            return []
        return self._lines_of(np.concatenate(repeated))

    def _repeated(self, passes: int, number: int) -> Hashes:
        hashes = np.concatenate([block[block % passes == number] if passes > 1 else block for block in self._blocks()])
        hashes.sort()
        repeated: Hashes = hashes[1:][hashes[1:] == hashes[:-1]]
        return repeated

    def _lines_of(self, hashes: Hashes) -> list[int]:
        self._lines.seek(0)
        lines: list[int] = []
        for block in self._blocks():
            here = np.frombuffer(self._lines.read(LINE.itemsize * len(block)), LINE)
            lines += here[np.isin(block, hashes)].tolist()
        return lines

    def _blocks(self) -> Iterator[Hashes]:
        yield np.empty(0, HASH)
        self._hashes.seek(0)
        while block := self._hashes.read(HASH.itemsize * SORTED_AT_ONCE // 4):
            yield np.frombuffer(block, HASH)
