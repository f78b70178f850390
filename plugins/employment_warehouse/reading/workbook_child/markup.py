"""What the library hides in a sheet or reads wrongly, found in the XML of its rows."""

from __future__ import annotations

import functools
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping

from .number_formats import marked_number
from .protocol import OTHER, UNCALCULATED, refuse

PIECE = 2 << 20  # bytes of a sheet's XML that are read at a time
MOST_MERGED = 1000  # that are reported
NOT_AVAILABLE = "#N/A"
KNOWN_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", NOT_AVAILABLE})

ERROR_CELL = re.compile(
    rb"""<(?:\w+:)?c\s(?=[^>]*\bt=["']e["'])[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*>"""
    rb"""(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]{1,40})</""",
    re.S,
)
# A formula whose result is not there.
BARE_FORMULA = re.compile(
    rb"""<(?:\w+:)?c(\s[^>]*|)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"""
    rb"""(<(?:\w+:)?v(?:\s*/>|>\s*</(?:\w+:)?v>)\s*)?</(?:\w+:)?c\s*>"""
)
# A formula whose result is 0.
FORMULA_OF_NOUGHT = re.compile(
    rb"""<(?:\w+:)?c(\s[^>]*|)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"""
    rb"""<(?:\w+:)?v>\s*0(?:\.0*)?\s*</"""
)
STYLED_NUMBER = (
    rb"""<(?:\w+:)?c(\s(?=[^>]*\bs=["'](?:%s)["'])[^>]*)>"""
    rb"""(?:<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>([^<]*)</"""
)
STYLED_CELL = rb"""<(?:\w+:)?c(\s(?=[^>]*\bs=["'](?:%s)["'])[^>]*)>"""
STYLE = re.compile(rb"""\ss=["'](\d+)["']""")
PLACE = re.compile(rb"""\sr=["']([A-Z]{1,3})(\d{1,7})["']""")
TEXTS = frozenset({b"s", b"str", b"inlineStr"})
TYPE = re.compile(rb"""\st=["'](\w+)["']""")
NAMELESS_ERROR = re.compile(rb"""<(?:\w+:)?c(?![^>]*\sr=)[^>]*\st=["']e["']""")
MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
# The text of an inline cell where it should not be: in <v>, before or after <is>.
INLINE_VALUE = re.compile(
    rb"""inlineStr["'][^>]*>\s*(?:<(?:\w+:)?is\s*/>\s*)?<(?:\w+:)?v|</(?:\w+:)?is>\s*<(?:\w+:)?v"""
)
INLINE_CELL = re.compile(rb"""(<(?:\w+:)?c\s[^>]*\bt=["'])inlineStr(["'][^>]*>)(.*?)(</(?:\w+:)?c\s*>)""", re.S)
INLINE_TEXT = re.compile(rb"""<(?:\w+:)?is\b[^>]*>.*?</(?:\w+:)?is>""", re.S)
INLINE_VALUE_ELEMENT = re.compile(rb"""<((?:\w+:)?v)(?:\s[^>]*)?>.*?</(?:\w+:)?v\s*>""", re.S)

Texts = dict[int, list[tuple[int, str]]]  # row → columns from 0, with the text that stands there
FindTexts = Callable[[], Texts]
Merged = set[tuple[int, int, int, int]]  # first row, last row, first column, last column; from 1


class CellRules:
    """What to look for in the cells of a sheet."""

    def __init__(
        self, formats: Mapping[int, str], text_formats: Mapping[int, str], is_uncalculated: Callable[[], bool]
    ) -> None:
        """formats, text_formats: those that add something to a number or a text, by style. is_uncalculated: whether a
        program wrote it that does not calculate, and a formula's 0 is not a result; asked where there are formulas.
        """
        self._formats, self._text_formats = formats, text_formats
        self._is_uncalculated = is_uncalculated
        self._styled = re.compile(STYLED_NUMBER % any_of(formats)) if formats else None
        self._styled_texts = re.compile(STYLED_CELL % any_of(text_formats)) if text_formats else None

    def texts(self, xml: bytes) -> Texts:
        """Cells that the library gives as empty or as other than the sheet shows: #N/A and the like, formulas without a
        result, numbers and texts whose format adds to them.

        A single byte is found ten times as fast as two.
        """
        cells: list[tuple[bytes, str]] = []
        if self._styled:
            cells += self._styled_numbers(xml)
        if self._styled_texts:
            cells += self._shown_texts(self._styled_texts.findall(xml))
        if b"#" in xml:  # every error begins with it
            cells += [
                (b' r="%s%s"' % (letters, row), error_text(text)) for letters, row, text in ERROR_CELL.findall(xml)
            ]
            if NAMELESS_ERROR.search(xml):
                refuse("workbook_unreadable")  # its place is unknown
        if b"f" in xml and (b"<f" in xml or b":f" in xml):
            cells += [(attributes, UNCALCULATED) for attributes in self._uncalculated(xml)]
        found: Texts = {}
        for attributes, text in cells:
            place = PLACE.search(attributes)
            if not place:
                refuse("workbook_unreadable")
            found.setdefault(int(place[2]), []).append((column_number(place[1]) - 1, text))
        return found

    def _uncalculated(self, xml: bytes) -> list[bytes]:
        """The attributes of cells with a formula that has no result; an empty text is one."""
        found = [found for found, is_empty in BARE_FORMULA.findall(xml) if not (is_empty and type_of(found) == b"str")]
        return found + (FORMULA_OF_NOUGHT.findall(xml) if self._is_uncalculated() else [])

    def _styled_numbers(self, xml: bytes) -> list[tuple[bytes, str]]:
        assert self._styled
        found = []
        for attributes, value in self._styled.findall(xml):
            style = STYLE.search(attributes)
            if style and type_of(attributes) in (b"", b"n"):
                try:
                    found.append((attributes, marked_number(float(value), self._formats[int(style[1])])))
                except (ValueError, ArithmeticError):
                    continue  # not a number; the library reports it
        return found

    def _shown_texts(self, cells: list[bytes]) -> list[tuple[bytes, str]]:
        found = []
        for attributes in cells:
            style = STYLE.search(attributes)
            if style and type_of(attributes) in TEXTS:
                found.append((attributes, self._text_formats[int(style[1])]))
        return found


def any_of(styles: Iterable[int]) -> bytes:
    """A pattern for the numbers of styles."""
    return b"|".join(b"%d" % style for style in styles)


def type_of(attributes: bytes) -> bytes:
    """The type of a cell; b'' for a number without one."""
    found = TYPE.search(attributes)
    return found[1] if found else b""


def error_text(value: bytes) -> str:
    """An error value as it is; a value that is not one of the seven has a mark, because a text may look like it."""
    text = value.decode(errors="replace").strip()
    return text if text in KNOWN_ERRORS else OTHER + text


def readable_rows(xml: bytes) -> bytes:
    """The rows in a form that the library reads: no error values but the seven, the text of an inline cell in its
    place.
    """
    if b"#" in xml and any(text.decode(errors="replace") not in KNOWN_ERRORS for _, _, text in ERROR_CELL.findall(xml)):
        xml = ERROR_CELL.sub(known_error, xml)
    if b"i" in xml and b"inlineStr" in xml and INLINE_VALUE.search(xml):
        xml = INLINE_CELL.sub(inline_text, xml)
    return xml


def known_error(found: re.Match[bytes]) -> bytes:
    begin, end = found.start(3) - found.start(), found.end(3) - found.start()
    return found[0][:begin] + NOT_AVAILABLE.encode() + found[0][end:]


def inline_text(found: re.Match[bytes]) -> bytes:
    """An inline cell with its text in <is>; one that has it only in <v> is a cell of text."""
    before, after, content, end = found.groups()
    text, value = INLINE_TEXT.search(content), INLINE_VALUE_ELEMENT.search(content)
    if text and (re.search(rb"<(?:\w+:)?t\b[^>]*>[^<]", text[0]) or not value):
        return before + b"inlineStr" + after + text[0] + end
    return before + b"str" + after + (value[0] if value else b"") + end


def texts_of_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, rules: CellRules, merged: Merged) -> Texts:
    """The texts of a whole sheet's cells that the library would lose, for a sheet that it reads by itself; adds the
    sheet's merged cells to `merged`.
    """
    found: Texts = {}
    rest = b""
    with archive.open(part) as file:
        for chunk in iter(functools.partial(file.read, PIECE), b""):
            data = rest + chunk
            find_merged(data, merged)
            end = max((at + len(mark) for mark in (b"</c>", b":c>") if (at := data.rfind(mark)) >= 0), default=0)
            for row, cells in rules.texts(data[:end]).items():
                found.setdefault(row, []).extend(cells)
            rest = data[end:][-65536:]
    return found


def find_merged(xml: bytes, merged: Merged) -> None:
    """Add the cells that are merged over several rows."""
    if b"mergeCell" in xml:
        for left, first, right, last in MERGED.findall(xml):
            if first != last and len(merged) < MOST_MERGED:
                merged.add((int(first), int(last), column_number(left), column_number(right)))


def column_number(letters: bytes) -> int:
    """The number of a column from its letters, from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
