"""CSV, fast: blocks of bytes → frames. Three ways, each for what the one before it leaves; all give the same rows.

`plain`: a chunk that quotes nothing and has nothing unusual is cut by polars, which notices a record with too many
cells. `layout`: in any other chunk numpy finds quotation marks, delimiters and line ends; polars cuts the records whose
cells and quotation marks are in order. `records`: from the first one that is not, the exact tokenizer reads on until it
is past the trouble.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

import numpy as np
import polars as pl

from employment_warehouse.reading.collector import RowCollector
from employment_warehouse.reading.header import Header
from employment_warehouse.reading.layout import LayoutScanner
from employment_warehouse.reading.octets import LF, after_line_end, octets_of, outer_blank_detector
from employment_warehouse.reading.plain import PlainChunks
from employment_warehouse.reading.records import MAX_LINES, Dialect, lines_of, read_records
from employment_warehouse.reading.table import BrokenRow, Refused

_SMALLEST, _LARGEST = 64 << 10, 8 << 20  # bytes of a chunk: small after trouble, doubled while all goes well
_LONGEST_RECORD = 4 << 20
_LONGEST_LINE = 64 << 20
_MOST_EXACT_RECORDS = 4096  # records read exactly before the fast ways are tried again


class BlockReader:
    """Reads the rows below a header: blocks of UTF-8 in, frames of `line` and texts out."""

    def __init__(
        self,
        dialect: Dialect,
        header: Header,
        repeated: Collection[int],
        first_line: int,
        on_broken: Callable[[BrokenRow], None],
    ) -> None:
        """repeated: positions of columns whose texts occur again and again; they come as categories while that is so.
        first_line: the line of the first row. on_broken: gets every record that is not a row, in their order.
        """
        self._dialect = dialect
        self._width = header.width
        self._line = first_line
        self._row = header.index + 1  # of the file's records, from 0
        self._plain = PlainChunks(dialect, header.width)
        self._scanner = LayoutScanner(dialect, header)
        self._rows = RowCollector(dialect, header, repeated, on_broken)
        self._has_outer_blanks = outer_blank_detector(dialect)
        self._size = _LARGEST
        self._exact_records = 1

    def frames(self, blocks: Iterable[bytes]) -> Iterator[pl.DataFrame]:
        """At most one frame for each block. Raises Refused where a line does not end, or is not UTF-8."""
        rest = b""
        for block in blocks:
            end = after_line_end(block, 0, len(block)) or len(block)
            # One copy of the whole lines, which are nearly all of the block; it is gone before a frame is out.
            rest = self._read(b"".join((rest, memoryview(block)[:end])), last=False) + block[end:]
            if (frame := self._rows.frame()) is not None:
                yield frame
        if rest:
            self._read(rest if rest.endswith((b"\n", b"\r")) else rest + b"\n", last=True)
            if (frame := self._rows.frame()) is not None:
                yield frame

    def _read(self, data: bytes, last: bool) -> bytes:
        """Collect the rows of `data`, and return its last record if that continues beyond it."""
        end = len(data) if last else after_line_end(data, 0, len(data))
        if not end and len(data) > _LONGEST_LINE:
            raise Refused("extension_mismatch", "endless_line", line=self._line)
        position = 0
        while position < end:
            size = self._size
            cut = min(end, position + size)
            cut = end if cut == end else after_line_end(data, position, cut) or end
            used = self._read_chunk(data[position:cut], last and cut == end)
            if not used and cut == end:
                break
            self._size = self._size if used else 2 * size  # the record continues beyond the chunk
            position += used
        return data[position:]

    def _read_chunk(self, chunk: bytes, last: bool) -> int:
        """Read the first records of `chunk`; the number of bytes they took (0: the first one continues beyond it)."""
        if self._read_plain(chunk):
            return len(chunk)
        layout = self._scanner.scan(chunk, self._line, self._row, last)
        if layout.stop:
            self._rows.add_layout(layout)
            self._line = layout.next_line
            self._row += len(layout.ends)
        if layout.trouble is None:
            self._size = min(self._size * 2, _LARGEST)
            self._exact_records = 1 if layout.stop >= _SMALLEST else self._exact_records
            endless = len(chunk) - layout.stop > _LONGEST_RECORD
            if layout.stop == len(chunk) or not (last or endless):
                return layout.stop
        return layout.stop + self._read_exactly(chunk[layout.stop :], (layout.trouble or 0) - layout.stop, last)

    def _read_plain(self, chunk: bytes) -> bool:
        """Read a chunk that is plain; False: it is not."""
        line_count = int(np.count_nonzero(octets_of(chunk) == LF))
        if not self._plain.is_plain(chunk, line_count):
            return False
        quoted = self._dialect.quote.encode() in chunk
        if not self._rows.add_plain(chunk, self._line, line_count, quoted, self._has_outer_blanks(chunk)):
            return False
        self._line += line_count
        self._row += line_count
        self._size = min(self._size * 2, _LARGEST)
        self._exact_records = 1
        return True

    def _read_exactly(self, chunk: bytes, trouble: int, last: bool) -> int:
        """Read records one by one until past the trouble or the first broken one, and some more after recent trouble.
        Returns the number of bytes they took.
        """
        self._size = _SMALLEST
        self._exact_records = min(self._exact_records * 2, _MOST_EXACT_RECORDS)
        if len(chunk) > _LONGEST_RECORD:
            chunk = chunk[: chunk.rfind(b"\n", 0, _LONGEST_RECORD) + 1 or chunk.find(b"\n") + 1 or len(chunk)]
            last = False
        lines = lines_of(chunk.decode())
        rows: list[tuple[int, list[str]]] = []
        used = line_count = read_count = 0
        past = False
        for record_count, record in enumerate(read_records(lines, self._line, self._dialect, self._width), 1):
            is_undecided = record.cells is None and not last and len(lines) - line_count < MAX_LINES
            if is_undecided and len(chunk) - used < _LONGEST_RECORD // 2:
                break
            cells = self._rows.cells_of_row(record)
            if cells is not None:
                rows.append((record.line, cells))
            used += sum(len(line.encode()) for line in lines[line_count : line_count + record.line_count])
            line_count += record.line_count
            read_count = record_count
            past = past or record.cells is None or used > trouble
            if past and record_count >= self._exact_records:
                break
        self._line += line_count
        self._row += read_count
        self._rows.add_rows(rows)
        return used
