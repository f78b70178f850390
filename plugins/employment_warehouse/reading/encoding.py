"""Bytes → UTF-8. Encodings are tried, not detected: BOM, strict UTF-8, UTF-16 that its NULs give away, strict GB18030
with a header that makes sense, else refused.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import numpy as np
import polars as pl

from employment_warehouse.reading.table import Refused

BLOCK = 4 << 20
SAMPLE = 256 << 10

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# Characters that GB 18030 gained since Python's table: two-byte codes that still decode to private use there.
_SINCE_2005 = {
    ord(bytes.fromhex(code).decode("gb18030")): character
    for code, character in {
        "a6d9": "︐", "a6da": "︒", "a6db": "︑", "a6dc": "︓", "a6dd": "︔", "a6de": "︕", "a6df": "︖", "a6ec": "︗",
        "a6ed": "︘", "a6f3": "︙", "a8bc": "ḿ", "fe51": "𠂇", "fe52": "𠂉", "fe53": "𠃌", "fe59": "龴", "fe61": "龵",
        "fe66": "龶", "fe67": "龷", "fe6c": "𡗗", "fe6d": "龸", "fe76": "𢦏", "fe7e": "龹", "fe90": "龺", "fe91": "𤇾",
        "fea0": "龻",
    }.items()
}  # fmt: skip

# A header in Chinese has many of these; one that is Korean or Japanese read as GB 18030 has next to none.
_HEADER_CHARACTERS = frozenset(
    "姓名身份证号码户编与主关系县市区省州乡镇街道村社代类别型是否地址点力在校文化程度就业意愿手机联电话日期时间年月金额"
    "单位称序备注数量合计性民族学历职务部门状态述标题内容价格度行政人口劳动岗企法统一信用理由原因结果银账目项开始束工资"
    "发放应实补贴况表总值率产品客户订用于出生所属级等方式来源说明"
)


def find_encoding(open_stream: Callable[[], Iterable[bytes]], header_makes_sense: Callable[[str], bool]) -> str:
    """The encoding of the whole stream: utf-8, utf-16-le, utf-16-be or gb18030. All of it is read for that, but where
    it begins as UTF-8 with characters beyond ASCII: it is UTF-8 or nothing then, and who reads on sees which.

    header_makes_sense: whether a text (the first 256 KiB, decoded) has the header that is looked for.
    Raises Refused(encoding_unknown).
    """
    head = first_bytes(open_stream)
    told = _told_encoding(head)
    if told == "utf-8" or _is_valid(open_stream, told or "utf-8"):
        return told or "utf-8"
    if told is None and _is_valid(open_stream, "gb18030") and header_makes_sense(decoded(head, "gb18030")):
        _refuse_utf8_lines(open_stream())
        return "gb18030"
    raise unknown_encoding()


def first_bytes(open_stream: Callable[[], Iterable[bytes]]) -> bytes:
    """The first 256 KiB of a stream, or all of it."""
    head = b""
    for block in open_stream():
        head += block
        if len(head) >= SAMPLE:
            break
    return head[:SAMPLE]


def decoded(head: bytes, encoding: str) -> str:
    """The first part of a stream as text, without BOM and without a character that is cut off."""
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


def is_chinese_header(cells: list[str]) -> bool:
    """Whether the header's characters beyond ASCII are those of Chinese headers."""
    characters = [character for cell in cells for character in cell if character > "\x7f" and character.isalnum()]
    known = sum(character in _HEADER_CHARACTERS for character in characters)
    return not characters or known >= len(characters) / 4


def _utf8(text: str, encoding: str) -> bytes:
    block = text.encode("utf-8")
    if encoding == "gb18030" and b"\xee" in block:  # the lead byte of all private use that _SINCE_2005 knows
        return text.translate(_SINCE_2005).encode("utf-8")
    return block


def _told_encoding(head: bytes) -> str | None:
    """What the beginning tells beyond doubt: by its BOM, as UTF-16 without one, or as UTF-8 with more than ASCII."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    return _wide_encoding(head) or ("utf-8" if not head.isascii() and _begins_as_utf8(head) else None)


def _wide_encoding(head: bytes) -> str | None:
    """UTF-16 without BOM: its ASCII characters have their NUL on the same side (一 and few others on the other)."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) / 50 and odd > 5 * even:
        return "utf-16-le"
    if even > len(head) / 50 and even > 5 * odd:
        return "utf-16-be"
    return None


def _begins_as_utf8(head: bytes) -> bool:
    try:
        decoded(head, "utf-8")
    except UnicodeError:
        return False
    return True


def _is_valid(open_stream: Callable[[], Iterable[bytes]], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in open_stream():
            decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeError:
        return False
    return True


def _refuse_utf8_lines(stream: Iterable[bytes]) -> None:
    """A line of UTF-8 among GB 18030 is, more often than not, GB 18030 as well, of other characters. Raises Refused.

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
                raise _refusal(
                    f"文件是 GB18030，第 {number} 行却是 UTF-8 | the file is GB18030, but line {number} is UTF-8"
                )
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
    """polars looks some five times as fast as Python decodes."""
    try:
        pl.Series([data], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        return False
    return True


def unknown_encoding() -> Refused:
    """The refusal of what is no text that can be read."""
    return _refusal(
        "既不是 UTF-8，也不是表头读得通的 GB18030 | neither UTF-8, nor GB18030 with a header that makes sense"
    )


def _refusal(detail: str) -> Refused:
    return Refused("encoding_unknown", detail, expected="UTF-8 · GB18030 · UTF-16")
