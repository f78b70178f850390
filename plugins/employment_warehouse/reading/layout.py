"""Where the records of a chunk of CSV lie: its quotation marks, delimiters and line ends, found with numpy."""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass

import numpy as np

from employment_warehouse.reading.header import EXCEL_ROW_GROUP, Header
from employment_warehouse.reading.octets import (
    CR,
    LF,
    Mask,
    Octets,
    Positions,
    lone_cr_mask,
    neighbours,
    octets_of,
    outer_blank_detector,
    with_line_feeds,
)
from employment_warehouse.reading.records import MAX_LINES, Dialect, contains_whole_rows, lines_of


@dataclass(frozen=True)
class Layout:
    """Where the records of a chunk lie, up to the first place that only the exact tokenizer can decide."""

    chunk: bytes  # every line end of a record is LF or CRLF
    first_row: int  # of the file's records, from 0
    starts: Positions
    ends: Positions  # of their LF
    cell_counts: Positions
    lines: Positions
    quoted: bool
    blanks: bool  # a cell may begin or end with a blank
    stop: int  # the exact tokenizer continues here,
    trouble: int | None  # until it is past this place
    next_line: int  # the line number of `stop`

    def records(self, wanted: Mask) -> bytes:
        """The bytes of some of its records; consecutive ones are one slice."""
        edges = np.flatnonzero(np.diff(wanted, prepend=False, append=False))
        return b"".join(
            self.chunk[int(self.starts[begin]) : int(self.ends[end - 1]) + 1]
            for begin, end in zip(edges[0::2], edges[1::2], strict=True)
        )


class LayoutScanner:
    """Finds the records of chunks."""

    def __init__(self, dialect: Dialect, header: Header) -> None:
        self._dialect = dialect
        self._width = header.width
        self._delimiter = ord(dialect.delimiter)
        self._quote = ord(dialect.quote)
        self._has_outer_blanks = outer_blank_detector(dialect)

    def scan(self, chunk: bytes, first_line: int, first_row: int, last: bool) -> Layout:
        """The layout of a chunk that begins with a record. last: nothing follows it."""
        octets = octets_of(chunk)
        quotes = self._quotes(chunk, octets)
        inside = np.bitwise_xor.accumulate(octets == self._quote) if len(quotes) else None
        if chunk.find(b"\r") >= 0 and chunk.count(b"\r") != chunk.count(b"\r\n"):
            octets = with_line_feeds(octets, inside)
            chunk = octets.tobytes()
        marks = np.flatnonzero((octets == self._delimiter) | (octets == LF))
        if inside is not None:
            marks = marks[~inside[marks]]
        of_ends = self._line_ends(octets, marks)
        ends = marks[of_ends]
        starts = np.concatenate([np.zeros(1, np.int64), ends + 1])  # and where the next record would start
        breaks = np.flatnonzero((octets == LF) | lone_cr_mask(octets)) if inside is not None else ends
        lines = first_line + (np.searchsorted(breaks, starts) if inside is not None else np.arange(len(starts)))
        troubles = self._misplaced(chunk, octets, quotes)
        over_lines = np.diff(lines) > 1
        if inside is not None:
            troubles += self._rows_with_quote_faults(chunk, starts, ends, over_lines)
        trouble = min(troubles, default=None)
        cell_counts = np.diff(of_ends, prepend=-1)
        sound_count = len(ends) if trouble is None else int(np.searchsorted(ends, trouble))
        begun = (first_row + sound_count) % EXCEL_ROW_GROUP
        if not last and trouble is None and (cell_counts[max(0, sound_count - begun) :] < self._width).any():
            sound_count = max(0, sound_count - begun)  # how wide these rows are depends on the rest of Excel's group
        return Layout(
            chunk=chunk,
            first_row=first_row,
            starts=starts[:sound_count],
            ends=ends[:sound_count],
            cell_counts=cell_counts[:sound_count],
            lines=lines[:sound_count],
            quoted=inside is not None,
            blanks=bool(over_lines.any()) or self._has_outer_blanks(chunk),
            stop=int(starts[sound_count]),
            trouble=trouble,
            next_line=int(lines[sound_count]),
        )

    def _line_ends(self, octets: Octets, marks: Positions) -> Positions:
        """Which of the marks are line ends: as a rule every n-th one."""
        usual = np.arange(self._width - 1, len(marks), self._width)
        if (
            len(marks) % self._width == 0
            and np.count_nonzero(octets == LF) == len(usual)
            and (octets[marks[usual]] == LF).all()
        ):
            return usual
        return np.flatnonzero(octets[marks] == LF)

    def _quotes(self, chunk: bytes, octets: Octets) -> Positions:
        """Where marks stand that may open or close a quoted cell."""
        if self._dialect.bare_quotes or chunk.find(self._quote) < 0:
            return np.zeros(0, np.int64)
        return np.flatnonzero(octets == self._quote)

    def _misplaced(self, chunk: bytes, octets: Octets, quotes: Positions) -> list[int]:
        """The first place of each kind that only the exact tokenizer can decide."""
        mark = 0 if chunk.startswith(BOM_UTF8) else chunk.find(b"\n" + BOM_UTF8) + 1 or -1
        troubles = [chunk.find(b"\0"), mark]
        if self._dialect.escape:
            troubles.append(chunk.find(self._dialect.escape.encode()))
        if self._dialect.bare_quotes:
            bare = np.flatnonzero(octets == self._quote)
            troubles += bare[np.isin(neighbours(octets, bare, -1), (self._delimiter, LF, CR, 32, 9))][:1].tolist()
        elif len(quotes):
            opening, closing = quotes[0::2], quotes[1::2]
            borders = (self._delimiter, LF, CR, self._quote)
            troubles += opening[~np.isin(neighbours(octets, opening, -1), borders)][:1].tolist()
            troubles += closing[~np.isin(neighbours(octets, closing, +1), borders)][:1].tolist()
        return [position for position in troubles if position >= 0]

    def _rows_with_quote_faults(self, chunk: bytes, starts: Positions, ends: Positions, over_lines: Mask) -> list[int]:
        """The start of the first record over several lines that may not be one record, if there is any."""
        for index in np.flatnonzero(over_lines):
            start = int(starts[index])
            lines = lines_of(chunk[start : int(ends[index]) + 1].decode())
            if len(lines) > MAX_LINES or contains_whole_rows(lines, self._dialect, self._width):
                return [start]
        return []


def is_blank_line(layout: Layout) -> Mask:
    """Which records are a line end and nothing else."""
    first = octets_of(layout.chunk)[layout.starts]
    blank: Mask = (first == LF) | ((first == CR) & (layout.ends == layout.starts + 1))
    return blank
