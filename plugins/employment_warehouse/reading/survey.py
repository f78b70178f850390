"""The first look at a text file: its dialect, its header, and where its rows begin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from employment_warehouse.contract import Contract
from employment_warehouse.reading.header import Header, find_header
from employment_warehouse.reading.header_by_contract import DEPTH
from employment_warehouse.reading.long_delimiters import STAND_IN, long_delimiter
from employment_warehouse.reading.records import DELIMITERS, Dialect, Record, lines_of, read_records
from employment_warehouse.reading.refusals import empty_file, header_not_found
from employment_warehouse.reading.table import Refused

_HEAD_OF_LINES = 64 << 10  # characters
_JSON = re.compile(r"\ufeff?\s*(?:\{\s*\"|\[\s*[\[{\"]|\{\s*\}|\[\s*\])")
_MESSAGE = re.compile(
    r"(?i)error|exception|failed|failure|denied|forbidden|unauthori[sz]ed|timed? ?out|not found|traceback|unavailable"
    r"|错误|失败|异常|超时|无权|未登录|请登录|重新登录|请稍后|繁忙|不存在|拒绝|过期"
)
# The first line, which states the delimiter for Excel; saved again, it has some at its end.
_STATED = re.compile(r"(?i)\"?sep=([\t!#-/:-@\[-`{-~])\"?[,;\t|]*[\r\n]")
_LINES_OF_MESSAGE = 30
_N_RECORDS = 400
_MIN_SIGN_SHARE = 0.6  # of the contract's columns in a line, that have the same sign behind them
_BLANKS_FIT = 0.65  # below it, blanks between words are not delimiters
_MIN_RECORD_SHARE = 0.5  # that are cut alike


@dataclass(frozen=True)
class Survey:
    """What the head of a file shows about the whole. The rows begin on body_line (1-based), body_offset bytes of UTF-8
    from the beginning. long_delimiter: two or three characters, which `dialect` replaces by one; usually ''.
    """

    dialect: Dialect
    header: Header
    body_line: int
    body_offset: int
    long_delimiter: str = ""


@dataclass(frozen=True)
class Cut:
    """The head cut by one dialect; in `lines` it stands for the long delimiter, if there is one."""

    lines: list[str]
    dialect: Dialect
    records: list[Record]
    long_delimiter: str = ""


def survey(head: str, contract: Contract | None, whole: bool) -> Survey:
    """Examine the beginning of a text (`whole`: the text has no more).

    Raises Refused: empty_file, header_not_found, required_column_missing.
    """
    if whole and not head:
        raise empty_file()
    other = _other_delimiter(head, contract) if contract else ""
    if not other:
        _refuse_message(head)
    refusals: list[Refused] = []
    for cut in _cuts(head, whole):
        try:
            header = find_header([record.cells or [] for record in cut.records], contract)
        except Refused as refusal:
            refusals.append(refusal)
            if contract is None:
                raise
            continue
        record = cut.records[header.index]
        body_line = record.line + record.line_count
        offset = len("".join(cut.lines[: body_line - 1]).encode())
        return Survey(cut.dialect, header, body_line, offset, cut.long_delimiter)
    if other and all(refusal.code == "header_not_found" for refusal in refusals):
        raise header_not_found("delimiter", sign=other if other.isprintable() else f"U+{ord(other):04X}")
    raise max(refusals, key=lambda refusal: (refusal.code == "required_column_missing", -len(refusal.missing)))


def _cuts(head: str, whole: bool) -> Iterator[Cut]:
    """The head cut in each way that may be the file's, the best first."""
    lines = _whole_lines(head, whole)
    if stated := _STATED.match(head):
        below = ["\n", *lines[1:]]  # what states the delimiter is not a row
        yield Cut(lines, *_refined(Dialect(stated[1]), below, "".join(below)))
        return
    if delimiter := long_delimiter(lines_of(head[:_HEAD_OF_LINES])):
        short, dialect = _whole_lines(head.replace(delimiter, STAND_IN), whole), Dialect(STAND_IN)
        yield Cut(short, dialect, _records(short, dialect), delimiter)
    for read in _by_fit(lines):
        yield Cut(lines, *read)


def _whole_lines(head: str, whole: bool) -> list[str]:
    """The lines of the head; its last one may be incomplete, unless it is the whole text."""
    lines = lines_of(head)
    if whole:
        return lines
    if len(lines) < 2:
        raise header_not_found("endless_line")
    return lines[:-1]


def _other_delimiter(head: str, contract: Contract) -> str:
    """A sign that stands behind the contract's headers in a line and is none of the delimiters; '' if there is none."""
    headers = [column.header for column in contract.columns]
    for line in lines_of(head[:_HEAD_OF_LINES])[:DEPTH]:
        behind = [line[line.find(header) + len(header) :].lstrip("\"'”")[:1] for header in headers if header in line]
        signs = Counter(sign for sign in behind if sign.strip("\r\n") and not sign.isalnum())
        sign, column_count = signs.most_common(1)[0] if signs else ("", 0)
        if column_count >= max(3, _MIN_SIGN_SHARE * len(behind)) and not _has_delimiter(line):
            return sign
    return ""


def _refuse_message(head: str) -> None:
    """Raises Refused if a system's message was saved in place of the table."""
    lines = [line for line in head[:_HEAD_OF_LINES].splitlines() if line.strip()]
    is_json = bool(_JSON.match(head))
    if is_json or (
        0 < len(lines) <= _LINES_OF_MESSAGE and _MESSAGE.search(head) and not any(map(_has_delimiter, lines))
    ):
        raise Refused("not_a_table", "system_message")


def _has_delimiter(line: str) -> bool:
    return any(delimiter in line for delimiter in DELIMITERS)


def _by_fit(lines: list[str]) -> list[tuple[Dialect, list[Record]]]:
    """The dialects with the records that they give, the best first. Of delimiters that never occur none is tried."""
    text = "".join(lines)
    delimiters = [delimiter for delimiter in DELIMITERS if delimiter in text] or DELIMITERS[:1]
    read = sorted(
        (_refined(Dialect(delimiter), lines, text) for delimiter in delimiters), key=lambda pair: -_fit(pair[1])
    )
    if " " in text:
        by_blanks, best = _refined(Dialect(" "), lines, text), read[0][1]
        if _fit(by_blanks[1]) > max(_BLANKS_FIT, _fit(best)):
            cuts_header = _first_of_usual_width(by_blanks[1]) < _first_of_usual_width(best)
            read.insert(0 if cuts_header else len(read), by_blanks)
    return read


def _refined(dialect: Dialect, lines: list[str], text: str) -> tuple[Dialect, list[Record]]:
    """The dialect with the way of quoting that breaks fewest records, and its records."""
    plain = (dialect, _records(lines, dialect))
    candidates = [plain]

    def add(other: Dialect) -> None:
        candidates.append((other, _records(lines, other)))

    if '\\"' in text:
        add(Dialect(dialect.delimiter, escape="\\"))
    if not _quotes(text, dialect, '"') and _quotes(text, dialect, "'"):
        add(Dialect(dialect.delimiter, quote="'"))
        if _are_all_closed(plain[1]):
            candidates.insert(0, candidates.pop())  # preferred to an equal fit
        return min(candidates, key=lambda pair: -_fit(pair[1]))
    if _broken_count(plain[1]) > 2 and not _quotes(text, dialect, '"'):
        add(Dialect(dialect.delimiter, bare_quotes=True))
    return min(candidates, key=lambda pair: _broken_count(pair[1]))


def _quotes(text: str, dialect: Dialect, quote: str) -> bool:
    """Whether some cell begins and some cell ends with that mark."""
    before = any(f"{left}{quote}" in text for left in (dialect.delimiter, "\n", "\r"))
    after = any(f"{quote}{right}" in text for right in (dialect.delimiter, "\n", "\r"))
    return before and after


def _are_all_closed(records: list[Record]) -> bool:
    """Whether apostrophes quote: they begin cells in most records, and end each of these cells. (Excel puts one before
    a number that is to be text, and none after it.)
    """
    begun = [cell.strip() for record in records for cell in record.cells or () if cell.strip().startswith("'")]
    return 2 * len(begun) >= len(records) and all(len(cell) > 1 and cell.endswith("'") for cell in begun)


def _records(lines: list[str], dialect: Dialect) -> list[Record]:
    records = []
    for record in read_records(lines, 1, dialect, None):
        records.append(record)
        if len(records) == _N_RECORDS:
            break
    return records


def _broken_count(records: list[Record]) -> int:
    return sum(record.cells is None for record in records)


def _fit(records: list[Record]) -> float:
    """How well a dialect fits: the share of records with the usual width, more for a wider one; 0 for one column."""
    width, share = _usual_width(records)
    return share * (1 - 1 / width) if width > 1 else 0.0


def _first_of_usual_width(records: list[Record]) -> float:
    """The place of the first record that a dialect cuts like most: the header, cut by the true delimiter."""
    width, share = _usual_width(records)
    if width < 2 or share < _MIN_RECORD_SHARE:
        return inf
    return next(at for at, record in enumerate(records) if len(record.cells or ()) == width)


def _usual_width(records: list[Record]) -> tuple[int, float]:
    """The width that most records with several cells have, and the share of the records, blank ones aside, with it."""
    widths = Counter(
        len(record.cells or ()) for record in records if record.cells is None or any(c.strip() for c in record.cells)
    )
    if not widths:
        return 0, 0.0
    width = max(widths, key=lambda one: (widths[one] if one > 1 else 0, one))
    return width, widths[width] / widths.total()
