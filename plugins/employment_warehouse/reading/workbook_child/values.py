"""Values that the library does not read as they are: of one that is not plain it takes a part, and where the number of
a text is not digits alone, the first of all texts.
"""

from __future__ import annotations

import html
import re
import sys

from .protocol import refuse

QUOTED = re.compile(rb"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>", re.S)
ODD_TEXT = re.compile(rb't="s"(?![^>]*><v>[0-9]+</v>)')
QUOTED_WITHIN = re.compile(rb"v>[^<]*<!")
REFERENCE = re.compile(rb"v>[^<&]*&")
CELL = re.compile(rb"(<(?:\w+:)?c(?:\s[^>]*)?(?<!/)>)(.*?)(</(?:\w+:)?c\s*>)", re.S)
VALUE = re.compile(rb"(<(?:\w+:)?v(?:\s[^>]*)?(?<!/)>)(.*?)(?=</(?:\w+:)?v\s*>)", re.S)
TYPE = re.compile(rb"""\st\s*=\s*["'](\w+)["']""")
OF_TEXT, INDEX = frozenset({b"str", b"inlineStr", b"d", b"e"}), b"s"


def plain_values(xml: bytes, searched: int = sys.maxsize) -> bytes:
    """Rows without comments and CDATA, whose numbers and indexes of texts are plain. Refuses an index that is not one,
    or that cannot be written plainly.

    searched: how many bytes of it tell how its program writes them, if there is no line break.
    """
    xml = without_quoted(xml)
    is_odd = has_odd_texts(xml, searched) or (b"&" in xml and REFERENCE.search(xml))
    return CELL.sub(plain_cell, xml) if is_odd else xml


def has_odd_texts(xml: bytes, searched: int) -> bool:
    """Whether a number of a text is not digits alone, or may not be: this search costs a tenth of reading a sheet."""
    end = len(xml) if searched >= len(xml) or b"\n" in xml else xml.rfind(b"</c", 0, searched)
    return bool(ODD_TEXT.search(xml, 0, end)) or (b"'" in xml and b"='s'" in xml)


def are_plain(xml: bytes) -> bool:
    """Whether the library reads all these values as they are."""
    is_whole = b"<!" not in xml or not QUOTED_WITHIN.search(xml)
    return is_whole and plain_values(xml) == without_quoted(xml)


def without_quoted(xml: bytes) -> bytes:
    """The XML without comments, and with the text of CDATA as text."""
    if b"!" not in xml or b"<!" not in xml:  # a single byte is found ten times as fast
        return xml
    return QUOTED.sub(lambda found: html.escape((found[1] or b"").decode(errors="replace"), quote=False).encode(), xml)


def plain_cell(found: re.Match[bytes]) -> bytes:
    begin, content, end = found.groups()
    kind, value = TYPE.search(begin), VALUE.search(content)
    if value is None or (kind and kind[1] in OF_TEXT):
        return found[0]
    text = html.unescape(value[2].decode(errors="replace")).strip()
    if re.search("[&<]", text) or (kind and kind[1] == INDEX and not re.fullmatch("[0-9]+", text)):
        refuse("workbook_unreadable")
    return begin + content[: value.start(2)] + text.encode() + content[value.end(2) :] + end


def repeats_a_value(xml: bytes) -> bool:
    """Whether a cell has two values, of which the library keeps the last."""
    if b":c" not in xml and b":v" not in xml:
        return any(cell.count(b"</v") > 1 for cell in xml.split(b"</c"))
    return any(len(re.findall(rb"</(?:\w+:)?v\s*>", cell)) > 1 for cell in re.split(rb"</(?:\w+:)?c\s*>", xml))
