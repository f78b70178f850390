"""Which keys come twice in one delivery, found without keeping its keys in memory."""

from __future__ import annotations

import tempfile
from typing import IO, Self

import numpy as np
import polars as pl

from employment_warehouse import settings

# Keys that are sorted at once; more than these are sorted in several goes.
SORTED_AT_ONCE = 2_000_000
ENTRY = np.dtype([("digest", "<u8"), ("line", "<i4")])


class KeyLog:
    """Digest and line of every row that was landed, in a file without a name, 12 bytes a row."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=settings.current_home().run)  # noqa: SIM115
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, keys: pl.DataFrame, lines: pl.Series) -> None:
        """Append the rows of one batch, in which no key comes twice."""
        entries = np.empty(keys.height, ENTRY)
        entries["digest"] = keys.hash_rows().to_numpy()
        entries["line"] = lines.to_numpy()
        self._file.write(entries.tobytes())
        self._rows += keys.height

    def repeated_lines(self) -> list[int]:
        """Lines of rows whose key, by its digest, another row has too."""
        goes = 1 + self._rows // SORTED_AT_ONCE
        return [line for go in range(goes) for line in self._repeated(goes, go)]

    def _repeated(self, goes: int, go: int) -> list[int]:
        self._file.seek(0)
        mine = []
        while block := self._file.read(ENTRY.itemsize * SORTED_AT_ONCE // 8):
            entries = np.frombuffer(block, ENTRY)
            mine.append(entries[entries["digest"] % goes == go])
        entries = np.concatenate([np.empty(0, ENTRY), *mine])
        entries = entries[np.argsort(entries["digest"])]
        same = entries["digest"][1:] == entries["digest"][:-1]
        lines: list[int] = np.concatenate([entries["line"][:-1][same], entries["line"][1:][same]]).tolist()
        return lines
