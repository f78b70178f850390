"""CSV, fast: blocks of bytes → frames, by columns of positions; what is out of the ordinary goes to `records`.

Three ways, each for what the one before it leaves; all give the same rows, only at another speed. A chunk that
quotes nothing and has nothing odd is cut by polars, which tells if a record has too many cells. Any other is looked at
with numpy: where are quotes, delimiters and line ends, has every record its cells, stands every quotation mark where
one may stand; polars cuts what passes. From the first record that does not, the exact tokenizer reads on until it is
past the trouble.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Collection, Iterable, Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from employment_warehouse.reading.encoding import is_utf8, unknown_encoding
from employment_warehouse.reading.excel_short_rows import ExcelShortRows
from employment_warehouse.reading.header import EXCEL_ROW_GROUP, Header
from employment_warehouse.reading.layout import CR, LF, Layout, Octets, Positions
from employment_warehouse.reading.records import (
    MAX_LINES,
    Dialect,
    Record,
    cells_of,
    hides_records,
    lines_of,
    read_records,
)
from employment_warehouse.reading.rows import FIRST_OF_BLANKS, is_row, only_rows, refuse_second_header, trimmed
from employment_warehouse.reading.table import BrokenRow, Refused
from employment_warehouse.vocabulary import MOST_TEXTS, categories

_SMALLEST, _LARGEST = 64 << 10, 8 << 20  # bytes of a chunk: small after trouble, doubled while all goes well
_LONGEST_RECORD = 4 << 20
_LONGEST_LINE = 64 << 20
_MOST_PATIENT = 4096  # records read exactly before the fast way is tried again


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
        """repeated: columns, by position, whose texts come again and again; they come as categories for as long as that
        is so. first_line: of the first row. on_broken: told of every record that is no row, in their order.
        """
        self._dialect = dialect
        self._header = header
        self._line = first_line
        self._row = header.index + 1  # of the file's records, from 0
        self._left_out = ExcelShortRows(dialect, header)
        self._on_broken = on_broken
        self._delimiter = ord(dialect.delimiter)
        self._quote = ord(dialect.quote)
        self._texts: dict[str, pl.DataType] = {f"c{position}": pl.String() for position in range(header.width)}
        self._columns = self._texts | {f"c{position}": categories() for position in repeated}
        self._is_edge = np.zeros(256, bool)  # what stands beside the first or last character of a cell
        self._is_edge[[self._delimiter, self._quote, LF, CR]] = True
        self._size = _LARGEST
        self._patience = 1

    def frames(self, blocks: Iterable[bytes]) -> Iterator[pl.DataFrame]:
        """One frame a block, at most. Raises Refused where a line does not end, or is no UTF-8."""
        rest = b""
        for block in blocks:
            rest, frame = self._read(rest + block, last=False)
            if frame is not None:
                yield frame
        if rest:
            _, frame = self._read(rest if rest.endswith((b"\n", b"\r")) else rest + b"\n", last=True)
            if frame is not None:
                yield frame

    def _read(self, data: bytes, last: bool) -> tuple[bytes, pl.DataFrame | None]:
        """What is left of `data` (a record that goes on behind it), and the rows of the rest."""
        frames: list[pl.DataFrame] = []
        end = len(data) if last else _after_line_end(data, 0, len(data))
        if not end and len(data) > _LONGEST_LINE:
            raise Refused(
                f"第 {self._line} 行没有尽头，不是表格。 | Line {self._line} does not end; this is no table.",
                code="extension_mismatch",
            )
        position = 0
        while position < end:
            size = self._size
            cut = min(end, position + size)
            cut = end if cut == end else _after_line_end(data, position, cut) or end
            used = self._read_chunk(data[position:cut], frames, last and cut == end)
            if not used and cut == end:
                break
            self._size = self._size if used else 2 * size  # the record goes on behind what was shown of it
            position += used
        return data[position:], self._together(frames) if frames else None

    def _read_chunk(self, chunk: bytes, frames: list[pl.DataFrame], last: bool) -> int:
        """Read the records with which `chunk` begins; how many bytes they took (0: the first goes on behind it)."""
        if self._take_plain(chunk, frames):
            return len(chunk)
        if not is_utf8(chunk):
            raise unknown_encoding()
        layout = self._lay_out(chunk, last)
        if layout.stop:
            self._take(layout, frames)
            self._line = layout.next_line
            self._row += len(layout.ends)
        if layout.trouble is None:
            self._size = min(self._size * 2, _LARGEST)
            self._patience = 1 if layout.stop >= _SMALLEST else self._patience
            endless = len(chunk) - layout.stop > _LONGEST_RECORD
            if layout.stop == len(chunk) or not (last or endless):
                return layout.stop
        return layout.stop + self._read_exactly(chunk[layout.stop :], (layout.trouble or 0) - layout.stop, frames, last)

    def _take_plain(self, chunk: bytes, frames: list[pl.DataFrame]) -> bool:
        """Take the rows of a chunk if it is as plain as most are; or leave it."""
        n_lines = int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == LF))
        if not self._is_plain(chunk, n_lines):
            return False
        blanks = self._has_outer_blanks(chunk)
        try:
            frame = self._cut(chunk, self._dialect.quote.encode() in chunk, blanks)
        except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):  # too many cells in a record
            return False
        if frame.height != n_lines:
            return False
        frame = frame.insert_column(0, pl.arange(self._line, self._line + n_lines, eager=True).alias("line"))
        self._add(trimmed(frame) if blanks else frame, frames)
        self._line += n_lines
        self._row += n_lines
        self._size = min(self._size * 2, _LARGEST)
        self._patience = 1
        return True

    def _is_plain(self, chunk: bytes, n_lines: int) -> bool:
        """Whether its records are its lines, their cells what stands between the delimiters, and on average as many as
        they should be: then, if none has too many, none has too few, which polars would fill up.
        """
        odd = (b"\0", self._dialect.escape.encode())
        octets = np.frombuffer(chunk, np.uint8)
        return (
            self._header.width > 1
            and chunk.endswith(b"\n")
            and not chunk.startswith(BOM_UTF8)  # polars would drop it
            and not any(mark in chunk for mark in odd if mark)
            and (b"\r" not in chunk or chunk.count(b"\r") == chunk.count(b"\r\n"))
            and np.count_nonzero(octets == self._delimiter) == n_lines * (self._header.width - 1)
            and self._quotes_nothing(chunk, octets)
        )

    def _quotes_nothing(self, chunk: bytes, octets: Octets) -> bool:
        """Whether quotation marks stand for empty cells at most, as some write them: `,"",`."""
        if chunk.find(self._quote) < 0:
            return True
        at = np.flatnonzero(octets == self._quote)
        first, second = at[0::2], at[1::2]
        if self._dialect.bare_quotes or len(at) % 2 or (second != first + 1).any():
            return False
        around = np.concatenate([_beside(octets, first, -1), _beside(octets, second, +1)])
        return bool((self._is_edge[around] & (around != self._quote)).all())

    def _cut(self, data: bytes, quoted: bool, blanks: bool) -> pl.DataFrame:
        return pl.read_csv(
            data,
            has_header=False,
            schema=self._texts if blanks else self._columns,
            separator=self._dialect.delimiter,
            quote_char=self._dialect.quote if quoted else None,
            empty_string_is_null=False,
        )

    def _lay_out(self, chunk: bytes, last: bool) -> Layout:
        octets = np.frombuffer(chunk, np.uint8)
        quotes = self._quotes(chunk, octets)
        inside = np.bitwise_xor.accumulate(octets == self._quote) if len(quotes) else None
        if chunk.find(b"\r") >= 0 and chunk.count(b"\r") != chunk.count(b"\r\n"):
            octets = _with_line_feeds(octets, inside)
            chunk = octets.tobytes()
        marks = np.flatnonzero((octets == self._delimiter) | (octets == LF))
        if inside is not None:
            marks = marks[~inside[marks]]
        of_ends = self._line_ends(octets, marks)
        ends = marks[of_ends]
        starts = np.concatenate([np.zeros(1, np.int64), ends + 1])  # and where the next would start
        breaks = np.flatnonzero((octets == LF) | _lone_returns(octets)) if inside is not None else ends
        lines = self._line + (np.searchsorted(breaks, starts) if inside is not None else np.arange(len(starts)))
        troubles = self._misplaced(chunk, octets, quotes)
        over_lines = np.diff(lines) > 1
        if inside is not None:
            troubles += self._dubious(chunk, starts, ends, over_lines)
        trouble = min(troubles, default=None)
        n_cells = np.diff(of_ends, prepend=-1)
        n_good = len(ends) if trouble is None else int(np.searchsorted(ends, trouble))
        begun = (self._row + n_good) % EXCEL_ROW_GROUP
        if not last and trouble is None and (n_cells[max(0, n_good - begun) :] < self._header.width).any():
            n_good = max(0, n_good - begun)  # how wide these are, the rest of their sixteen will tell
        return Layout(
            chunk=chunk,
            first_row=self._row,
            starts=starts[:n_good],
            ends=ends[:n_good],
            n_cells=n_cells[:n_good],
            lines=lines[:n_good],
            quoted=inside is not None,
            blanks=bool(over_lines.any()) or self._has_outer_blanks(chunk),
            stop=int(starts[n_good]),
            trouble=trouble,
            next_line=int(lines[n_good]),
        )

    def _line_ends(self, octets: Octets, marks: Positions) -> Positions:
        """Which of the marks are line ends: as a rule every n-th one."""
        width = self._header.width
        usual = np.arange(width - 1, len(marks), width)
        if (
            len(marks) % width == 0
            and np.count_nonzero(octets == LF) == len(usual)
            and (octets[marks[usual]] == LF).all()
        ):
            return usual
        return np.flatnonzero(octets[marks] == LF)

    def _has_outer_blanks(self, chunk: bytes) -> bool:
        """Whether a cell may begin or end with a blank; never a false no. The chunk ends with a line end."""
        octets = np.frombuffer(chunk, np.uint8)
        for first, n_bytes in FIRST_OF_BLANKS.items():
            if chunk.find(first) < 0:
                continue
            if first == self._delimiter and chunk.find(self._quote) < 0:  # one within quotation marks is a blank
                continue
            at = np.flatnonzero(octets == first)
            before, behind = octets[at - 1], octets[np.minimum(at + n_bytes, len(octets) - 1)]
            if at[0] == 0 or self._is_edge[before].any() or self._is_edge[behind].any():
                return True
        return False

    def _quotes(self, chunk: bytes, octets: Octets) -> Positions:
        """Where marks stand that may open or close a quoted cell."""
        if self._dialect.bare_quotes or chunk.find(self._quote) < 0:
            return np.zeros(0, np.int64)
        return np.flatnonzero(octets == self._quote)

    def _misplaced(self, chunk: bytes, octets: Octets, quotes: Positions) -> list[int]:
        """The first place of each kind where only the exact tokenizer can tell."""
        marked = 0 if chunk.startswith(BOM_UTF8) else chunk.find(b"\n" + BOM_UTF8) + 1 or -1
        troubles = [chunk.find(b"\0"), marked]
        if self._dialect.escape:
            troubles.append(chunk.find(self._dialect.escape.encode()))
        if self._dialect.bare_quotes:
            bare = np.flatnonzero(octets == self._quote)
            troubles += bare[np.isin(_beside(octets, bare, -1), (self._delimiter, LF, CR, 32, 9))][:1].tolist()
        elif len(quotes):
            opening, closing = quotes[0::2], quotes[1::2]
            borders = (self._delimiter, LF, CR, self._quote)
            troubles += opening[~np.isin(_beside(octets, opening, -1), borders)][:1].tolist()
            troubles += closing[~np.isin(_beside(octets, closing, +1), borders)][:1].tolist()
        return [position for position in troubles if position >= 0]

    def _dubious(self, chunk: bytes, starts: Positions, ends: Positions, over_lines: NDArray[np.bool_]) -> list[int]:
        """The first record over several lines that may be no record: [] or [its start]."""
        for index in np.flatnonzero(over_lines):
            start = int(starts[index])
            lines = lines_of(chunk[start : int(ends[index]) + 1].decode())
            if len(lines) > MAX_LINES or hides_records(lines, self._dialect, self._header.width):
                return [start]
        return []

    def _take(self, layout: Layout, frames: list[pl.DataFrame]) -> None:
        """The rows of a layout → a frame; records with too many or too few cells → broken, also where those too many
        are empty: a delimiter within a cell may have pushed the others on.
        """
        data, lines = layout.chunk[: layout.stop], layout.lines
        good = layout.n_cells == self._header.width
        if not good.all():
            first = np.frombuffer(data, np.uint8)[layout.starts]
            empty = (first == LF) | ((first == CR) & (layout.ends == layout.starts + 1))
            good |= self._left_out.short_records(layout, empty)
            for index in np.flatnonzero(~good & ~empty):
                text = data[int(layout.starts[index]) : int(layout.ends[index])].decode().removesuffix("\r")
                self._row_of(Record(int(lines[index]), 1, cells_of(text, self._dialect), text))
            data, lines = self._left_out.filled_up(layout, good), lines[good]
        if not len(lines):
            return
        frame = self._cut(data, layout.quoted, layout.blanks)
        if frame.height != len(lines):
            raise AssertionError("polars cut another number of records")
        frame = frame.insert_column(0, pl.Series("line", lines))
        self._add(trimmed(frame) if layout.blanks else frame, frames)

    def _read_exactly(self, chunk: bytes, trouble: int, frames: list[pl.DataFrame], last: bool) -> int:
        """Read records one by one until past the trouble or the first broken one, and some more if there was trouble
        of late. How many bytes of `chunk` they took.
        """
        self._size = _SMALLEST
        self._patience = min(self._patience * 2, _MOST_PATIENT)
        if len(chunk) > _LONGEST_RECORD:
            chunk = chunk[: chunk.rfind(b"\n", 0, _LONGEST_RECORD) + 1 or chunk.find(b"\n") + 1 or len(chunk)]
            last = False
        lines = lines_of(chunk.decode())
        rows: list[tuple[int, list[str]]] = []
        used = n_lines = n_read = 0
        past = False
        records = read_records(lines, self._line, self._dialect, self._header.width)
        for n_records, record in enumerate(records, 1):
            undecided = record.cells is None and not last and len(lines) - n_lines < MAX_LINES
            if undecided and len(chunk) - used < _LONGEST_RECORD // 2:
                break
            row = self._row_of(record)
            if row is not None:
                rows.append((record.line, row))
            used += sum(len(line.encode()) for line in lines[n_lines : n_lines + record.n_lines])
            n_lines += record.n_lines
            n_read = n_records
            past = past or record.cells is None or used > trouble
            if past and n_records >= self._patience:
                break
        self._line += n_lines
        self._row += n_read
        if rows:
            columns = {"line": pl.Series([line for line, _ in rows], dtype=pl.Int64)}
            columns |= {
                name: pl.Series([row[at] for _, row in rows], dtype=pl.String) for at, name in enumerate(self._texts)
            }
            self._add(pl.DataFrame(columns), frames)
        return used

    def _row_of(self, record: Record) -> list[str] | None:
        """The trimmed cells of a record, or None if it is none or broken."""
        cells = record.cells and [cell.strip() for cell in record.cells]
        if cells is not None and not is_row(cells, self._header):
            return None
        refuse_second_header(cells or (), self._header, record.line)
        if cells is None:
            reason = "broken_quote"
        elif "\0" in record.text:
            reason = "schema_violation"
        elif len(cells) != self._header.width:
            reason = "too_many_cells" if len(cells) > self._header.width else "too_few_cells"
        else:
            return cells
        self._on_broken(BrokenRow("", record.line, reason, record.text))
        return None

    def _add(self, frame: pl.DataFrame, frames: list[pl.DataFrame]) -> None:
        """Add the rows of a cut and trimmed frame; what stands beyond the last column is too much."""
        frame = only_rows(frame, self._header)
        beyond = [*self._texts][len(self._header.texts) :]
        if beyond:
            too_much = pl.any_horizontal(pl.col(name) != "" for name in beyond)
            for line, *cells in frame.filter(too_much).iter_rows():
                self._on_broken(BrokenRow("", line, "too_many_cells", self._dialect.delimiter.join(cells)))
            frame = frame.filter(~too_much).drop(beyond)
        if frame.height:
            frames.append(frame)

    def _together(self, frames: list[pl.DataFrame]) -> pl.DataFrame:
        """The rows of a block; columns that turn out not to repeat themselves come as texts from the next one on."""
        wanted = pl.Schema((name, self._columns.get(name, pl.Int64())) for name in frames[0].columns)
        rows = pl.concat(frame if frame.schema == wanted else frame.cast(wanted) for frame in frames)
        highest = rows.select(pl.col(pl.Categorical).to_physical().max())
        if highest.width:
            of_many = {name for name, number in highest.row(0, named=True).items() if (number or 0) >= MOST_TEXTS}
            self._columns |= {name: self._texts[name] for name in of_many}
        return rows


def _after_line_end(data: bytes, start: int, stop: int) -> int:
    """The position behind the last line end that lies whole within data[start:stop]; 0: none."""
    at = data.rfind(b"\n", start, stop)
    if at < 0:
        at = data.rfind(b"\r", start, min(stop, len(data) - 1))  # the last byte's LF may be still to come
        if at >= 0 and data[at + 1] == LF:
            at = data.rfind(b"\r", start, at)
    return at + 1


def _lone_returns(octets: Octets) -> NDArray[np.bool_]:
    lone: NDArray[np.bool_] = octets == CR
    lone[:-1] &= octets[1:] != LF
    return lone


def _with_line_feeds(octets: Octets, inside: NDArray[np.bool_] | None) -> Octets:
    """The octets with LF for every CR that ends a record."""
    lone = _lone_returns(octets)
    if inside is not None:
        lone &= ~inside
    return np.where(lone, np.uint8(LF), octets)


def _beside(octets: Octets, positions: Positions, step: int) -> Octets:
    """The octets before or behind the positions; a line end at the borders."""
    beside = positions + step
    outside = (beside < 0) | (beside >= len(octets))
    return np.where(outside, np.uint8(LF), octets[np.where(outside, 0, beside)])
