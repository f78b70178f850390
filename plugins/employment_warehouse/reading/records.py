"""CSV, exactly: physical lines → records, one at a time.

Slow and careful; `blocks` uses it where its vectorised scan finds anything unusual. After a broken quote it continues
at the next line, so that one bad row costs one row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DELIMITERS = (",", "\t", ";", "|")  # those that are searched for
# A quoted cell may span this many lines; a longer one was never closed.
MAX_LINES = 500
# With this many columns, lines that each have exactly the cells of a row are rows between two stray quotation marks,
# even if they form a quoted cell: from _CERTAIN_WIDTH on always, from _DISTINCTIVE_WIDTH on if they also begin alike.
_DISTINCTIVE_WIDTH = 4
_CERTAIN_WIDTH = 7
# A record whose broken quote held line breaks is at most this many lines.
_MAX_CONTINUATION = 20

_INCHES = re.compile(r"(?<![0-9A-Za-z])[0-9]{1,3}(?:[./][0-9]+)?\"(?=\s|[^\x00-\x7f])")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_RUNS = re.compile(r"(\d+)|([^\W\d_]+)")


@dataclass(frozen=True)
class Dialect:
    """How a text file is split into cells: usually by `,` and `"`.

    escape: '' (a quote inside quotes is doubled) or a backslash. bare_quotes: the file does not quote; a quotation
    mark is an ordinary character.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    bare_quotes: bool = False

    @property
    def is_literal_within(self) -> bool:
        """Whether a single quotation mark within an unquoted cell is an ordinary character: an apostrophe always is."""
        return self.bare_quotes or self.quote == "'"


@dataclass(frozen=True)
class Record:
    """One record; `cells` untrimmed, None if its quotes are broken."""

    line: int
    line_count: int
    cells: list[str] | None
    text: str


def lines_of(text: str) -> list[str]:
    """Physical lines with their ends: LF, CRLF or CR, and nothing else that Unicode calls a line."""
    return _LINE.findall(text)


def read_records(lines: Sequence[str], first_line: int, dialect: Dialect, width: int | None) -> Iterator[Record]:
    """Records of `lines`, which begin with one. width: how many cells a row has, if known."""
    start = 0
    while start < len(lines):
        record = _read_record(lines, start, first_line + start, dialect, width)
        yield record
        start += record.line_count


def cells_of(text: str, dialect: Dialect) -> list[str] | None:
    """The cells of one whole record without its line end; None if its quotes are broken or left open."""
    cells = _cut(text, dialect)
    return cells if isinstance(cells, list) else None


def contains_whole_rows(lines: Sequence[str], dialect: Dialect, width: int | None) -> bool:
    """Whether a quoted cell over several lines is not a cell, but whole rows between two stray quotation marks: each
    line has exactly the cells of a row. A properly closed cell may contain such lines, but not only such lines.
    """
    if width is None or width < _DISTINCTIVE_WIDTH or len(lines) < 2:
        return False
    whole = [line.count(dialect.delimiter) + 1 == width for line in lines]
    if width < _CERTAIN_WIDTH:
        first = _shape(lines[0], dialect)
        whole = [is_whole and _shape(line, dialect) == first != "" for line, is_whole in zip(lines, whole, strict=True)]
    return all(whole)


def _read_record(lines: Sequence[str], start: int, line_number: int, dialect: Dialect, width: int | None) -> Record:
    text = _without_end(lines[start])
    cells = _cut(text, dialect)
    stop = start + 1
    if cells is _OPEN:
        cells, stop = _read_over_lines(lines, start, dialect, width)
    if isinstance(cells, list):
        return Record(line_number, stop - start, cells, _without_end("".join(lines[start:stop])))
    line_count = _lines_of_broken(lines, start, dialect, width)
    return Record(line_number, line_count, None, _without_end("".join(lines[start : start + line_count])))


def _read_over_lines(
    lines: Sequence[str], start: int, dialect: Dialect, width: int | None
) -> tuple[list[str] | object, int]:
    """A record whose quoted cell continues over line ends: its cells (or _BROKEN), and the line after it."""
    for stop in range(start + 2, min(len(lines), start + MAX_LINES) + 1):
        if not _may_close(lines[stop - 1], dialect):
            continue
        cells = _cut(_without_end("".join(lines[start:stop])), dialect)
        if cells is _OPEN:
            continue
        if isinstance(cells, list) and contains_whole_rows(lines[start:stop], dialect, width):
            return _BROKEN, stop
        return cells, stop
    return _BROKEN, start + 1


def _may_close(line: str, dialect: Dialect) -> bool:
    return dialect.quote in line


def _lines_of_broken(lines: Sequence[str], start: int, dialect: Dialect, width: int | None) -> int:
    """How many lines the broken record takes: more than one only if together they have exactly the cells of a row."""
    if width is None:
        return 1
    cells = lines[start].count(dialect.delimiter) + 1
    for line_count in range(2, min(len(lines) - start, _MAX_CONTINUATION) + 1):
        if cells >= width:
            break
        more = lines[start + line_count - 1].count(dialect.delimiter)
        if more + 1 >= width:
            break
        cells += more
        if cells == width and more:
            return line_count
    return 1


_OPEN = object()
_BROKEN = object()


def _cut(text: str, dialect: Dialect) -> list[str] | object:
    """Cells of `text`; _OPEN if it ends within quotes, _BROKEN if a quotation mark is where none may be."""
    delimiter, quote = dialect.delimiter, dialect.quote
    if quote not in text:
        return text.split(delimiter)
    cells: list[str] = []
    position = 0
    while True:
        opening = _skip_blanks(text, position, delimiter)
        if text.startswith(quote, opening):
            cell, position = _quoted(text, opening + 1, dialect)
            if position < 0:
                return _OPEN
            position = _skip_blanks(text, position, delimiter)
            if position < len(text) and text[position] != delimiter:
                return _BROKEN
        else:
            end = text.find(delimiter, position)
            end = len(text) if end < 0 else end
            cell = text[position:end]
            if cell.count(quote) % 2 and not dialect.is_literal_within and not _is_inch_sign(cell, quote):
                return _BROKEN
            position = end
        cells.append(cell)
        if position >= len(text):
            return cells
        position += 1


def _is_inch_sign(cell: str, quote: str) -> bool:
    """Whether the only quotation mark of an unquoted cell is the sign of a measure: 12" 管工."""
    return cell.count(quote) == 1 and bool(_INCHES.search(cell))


def _quoted(text: str, position: int, dialect: Dialect) -> tuple[str, int]:
    """The quoted cell that begins after its opening quote, and the position after its closing one (-1: not closed)."""
    quote, escape = dialect.quote, dialect.escape
    pieces: list[str] = []
    while True:
        end = text.find(quote, position)
        if end < 0:
            return "", -1
        if escape and _is_escaped(text, position, end, escape):
            pieces.append(text[position : end - 1] + quote)
            position = end + 1
        elif text.startswith(quote, end + 1):
            pieces.append(text[position : end + 1])
            position = end + 2
        else:
            pieces.append(text[position:end])
            return "".join(pieces), end + 1


def _is_escaped(text: str, start: int, end: int, escape: str) -> bool:
    before = text[start:end]
    return (len(before) - len(before.rstrip(escape))) % 2 == 1


def _skip_blanks(text: str, position: int, delimiter: str) -> int:
    while position < len(text) and text[position] in " \t" and text[position] != delimiter:
        position += 1
    return position


def _without_end(text: str) -> str:
    if text.endswith("\r\n"):
        return text[:-2]
    return text[:-1] if text.endswith(("\n", "\r")) else text


def _shape(line: str, dialect: Dialect) -> str:
    """What the first cell of a line looks like: digits and their number, letters, signs."""
    first = line.split(dialect.delimiter, 1)[0].strip().strip(dialect.quote)
    return _RUNS.sub(lambda run: f"9{len(run[1])}" if run[1] else "a", first)
