"""Bytes → UTF-8. Encodings are tried, not guessed: BOM, strict UTF-8, UTF-16 recognised by its NULs, strict GB18030
with a header that makes sense; anything else is refused.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np
import polars as pl

from employment_warehouse.contract.column_types.characters import PRIVATE_USE
from employment_warehouse.reading.table import Refused

BLOCK = 4 << 20
SAMPLE = 256 << 10

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_SEVEN_BITS = {"hz": b"~{", "utf-7": b"+", "iso2022_jp_2": b"\x1b$"}  # each with its mark

_DOS_END = re.compile(rb"\x1a[\x1a\r\n]*\Z")
_LONGEST_END = 512  # bytes that a DOS program may fill up with its end-of-file mark

# The last bytes of a piece of UTF-8 that may be the beginning of a character.
_LAST_CHARACTER = re.compile(rb"[\xc0-\xff][\x80-\xbf]*\Z")
_LONGEST_CHARACTER = 4

_PRIVATE_USE = str.maketrans(dict(PRIVATE_USE))

# A header in Chinese has many of these; one that is Korean or Japanese read as GB 18030 has next to none.
_HEADER_CHARACTERS = frozenset(
    "姓名身份证号码户编与主关系县市区省州乡镇街道村社代类别型是否地址点力在校文化程度就业意愿手机联电话日期时间年月金额"
    "单位称序备注数量合计性民族学历职务部门状态述标题内容价格度行政人口劳动岗企法统一信用理由原因结果银账目项开始束工资"
    "发放应实补贴况表总值率产品客户订用于出生所属级等方式来源说明"
)


def find_encoding(open_stream: Callable[[], Iterable[bytes]], header_makes_sense: Callable[[str], bool]) -> str:
    """The encoding of the whole stream: utf-8, utf-16-le, utf-16-be, utf-32-le, utf-32-be or gb18030. The whole stream
    is read for that.

    header_makes_sense: whether a text (the first 256 KiB, decoded) has the header that is searched for.
    Raises Refused(encoding_unknown), with the line where one can be named.
    """
    head = first_bytes(open_stream)
    certain = _certain_encoding(head)
    if certain is None and head.isascii():
        _refuse_seven_bits(head, header_makes_sense)
    if _is_valid(open_stream, certain or "utf-8"):
        return certain or "utf-8"
    if certain is None and _is_valid(open_stream, "gb18030") and header_makes_sense(decoded(head, "gb18030")):
        _refuse_utf8_lines(open_stream())
        return "gb18030"
    if certain in (None, "utf-8") and _first_text_line_is(head, "utf-8"):
        raise bad_byte(_first_bad_line(open_stream(), "utf-8"), "UTF-8")
    if certain is None and header_makes_sense(head.decode("gb18030", errors="replace")):
        raise bad_byte(_first_bad_line(open_stream(), "gb18030"), "GB18030")
    raise unknown_encoding()


def _refuse_seven_bits(head: bytes, header_makes_sense: Callable[[str], bool]) -> None:
    """Chinese in an encoding of mail is ASCII to look at. Raises Refused."""
    for name, mark in _SEVEN_BITS.items():
        if mark in head and not (text := head.decode(name, errors="replace")).isascii() and header_makes_sense(text):
            raise _refusal("mail_encoding", encoding=name.upper())


def is_whole_text(open_stream: Callable[[], Iterable[bytes]]) -> bool:
    """Whether a stream that is not UTF-8 is a text in GB 18030, whatever its header is."""
    return _is_valid(open_stream, "gb18030")


def first_bytes(open_stream: Callable[[], Iterable[bytes]]) -> bytes:
    """The first 256 KiB of a stream, or all of it."""
    head = b""
    for block in open_stream():
        head += block
        if len(head) >= SAMPLE:
            break
    return head[:SAMPLE]


def decoded(head: bytes, encoding: str) -> str:
    """The beginning of a stream as text, without BOM and without a character that is cut off."""
    return codecs.getincrementaldecoder(encoding)().decode(head).removeprefix("\ufeff")


def utf8_blocks(stream: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The stream as UTF-8 without BOM. Blocks end anywhere."""
    first = True
    if encoding == "utf-8":
        for block in stream:
            yield block.removeprefix(codecs.BOM_UTF8) if first else block
            first = False
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    for block in stream:
        text = decoder.decode(block)
        yield _utf8(text.removeprefix("\ufeff") if first else text, encoding)
        first = False
    yield _utf8(decoder.decode(b"", True), encoding)


def without_dos_end(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """A text in UTF-8 without the end-of-file mark of DOS programs; a 0x1A anywhere else stays."""
    mark = b""  # what may be the end's, and is not if more text follows
    for block in blocks:
        data = mark + block
        found = _DOS_END.search(data, max(0, len(data) - _LONGEST_END))
        mark = found[0] if found else b""
        yield data[: len(data) - len(mark)]


def is_chinese_header(cells: list[str]) -> bool:
    """Whether the header's characters beyond ASCII are those of Chinese headers."""
    characters = [character for cell in cells for character in cell if character > "\x7f" and character.isalnum()]
    known = sum(character in _HEADER_CHARACTERS for character in characters)
    return not characters or known >= len(characters) / 4


def _utf8(text: str, encoding: str) -> bytes:
    block = text.encode("utf-8")
    if encoding == "gb18030" and b"\xee" in block:  # the lead byte of all private use that PRIVATE_USE knows
        return text.translate(_PRIVATE_USE).encode("utf-8")
    return block


def _certain_encoding(head: bytes) -> str | None:
    """What the beginning leaves no doubt about: a BOM, or UTF-16 without one."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    return _wide_encoding(head)


def _wide_encoding(head: bytes) -> str | None:
    """UTF-16 without BOM: its ASCII characters, line ends among them, have their NUL on one side (一 and few others
    on the other). A few NULs in another text are damage.
    """
    if _begins_as_utf8(head) and (not head.isascii() or 4 * head.count(0) < len(head)):
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    least = len(head) / 50
    found = "utf-16-le" if odd > least and odd > 5 * even else "utf-16-be" if even > least and even > 5 * odd else None
    if found is None:
        return None
    text = head.decode(found, errors="replace")
    return found if any(mark in text for mark in "\r\n,;\t|") else None


def _first_text_line_is(head: bytes, encoding: str) -> bool:
    """Whether the first line with more than ASCII is valid text of an encoding."""
    line = next((line for line in head.splitlines() if not line.isascii()), b"")
    try:
        line.decode(encoding)
    except UnicodeError:
        return False
    return bool(line)


def _first_bad_line(stream: Iterable[bytes], encoding: str) -> int:
    """The number of the first line that is not valid text; 0: there is none."""
    rest, number = b"", 1
    for block in chain(stream, [b"\n"]):
        data = rest + block
        end = data.rfind(b"\n") + 1
        for line in data[:end].splitlines(keepends=True):
            try:
                line.decode(encoding)
            except UnicodeError:
                return number
            number += 1
        rest = data[end:]
    return 0


def _begins_as_utf8(head: bytes) -> bool:
    try:
        decoded(head, "utf-8")
    except UnicodeError:
        return False
    return True


def _is_valid(open_stream: Callable[[], Iterable[bytes]], encoding: str) -> bool:
    if encoding == "utf-8":
        return all(map(is_utf8, _whole_characters(open_stream())))
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in open_stream():
            decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeError:
        return False
    return True


def _whole_characters(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """A stream of UTF-8 in pieces of which none ends within a character."""
    begun = b""
    for block in blocks:
        data = begun + block
        found = _LAST_CHARACTER.search(data, max(0, len(data) - _LONGEST_CHARACTER))
        begun = found[0] if found else b""
        yield data[: len(data) - len(begun)]
    yield begun


def _refuse_utf8_lines(stream: Iterable[bytes]) -> None:
    """A line of UTF-8 in a GB 18030 file is, as a rule, valid GB 18030 as well, of other characters. Raises Refused.

    In one of ten million places GB 18030 looks like three Chinese characters of UTF-8; hardly ever a whole line does.
    """
    rest, line = b"", 1
    for block in chain(stream, [b"\n"]):
        data = rest + block
        end = data.rfind(b"\n") + 1
        for found in _chinese_in_utf8(data[:end]):
            start = data.rfind(b"\n", 0, found) + 1
            if is_utf8(data[start : data.index(b"\n", start)]):
                number = line + data.count(b"\n", 0, start)
                raise _refusal("mixed", line=number)
        line += data.count(b"\n", 0, end)
        rest = data[end:]


def _chinese_in_utf8(data: bytes) -> list[int]:
    """Where three bytes of a Chinese character are followed by six of two more."""
    octets = np.frombuffer(data, np.uint8)
    lead, more = (octets >= 0xE4) & (octets <= 0xE9), (octets & 0xC0) == 0x80
    one = lead[:-2] & more[1:-1] & more[2:]
    places: list[int] = np.flatnonzero(one[:-6] & one[3:-3] & one[6:]).tolist()
    return places


def is_utf8(data: bytes) -> bool:
    """polars checks some five times as fast as Python decodes."""
    try:
        pl.Series([data], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        return False
    return True


def bad_byte(line: int, encoding: str) -> Refused:
    """The refusal of a text with bytes that are not in its encoding. line: the first of them; 0: unknown."""
    if not line:
        return unknown_encoding()
    return _refusal("bad_byte", encoding=encoding, line=line)


def unknown_encoding() -> Refused:
    """The refusal of bytes that are not a text in a known encoding."""
    return _refusal("neither")


def _refusal(detail: str, **values: Any) -> Refused:
    return Refused("encoding_unknown", detail, expected="UTF-8 · GB18030 · UTF-16", **values)
