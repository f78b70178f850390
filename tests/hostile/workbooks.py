"""Workbooks made to do harm: each falsifies something that a reader may trust."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

HEADER = ["姓名", "金额"]
READS = ""  # no refusal: it is read, and right


@dataclass(frozen=True)
class Hostile:
    """A workbook and what must become of it: one of these codes, or READS with these rows."""

    make: Callable[[], bytes]  # when it is wanted: some take seconds, and hundreds of megabytes
    outcomes: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = (("甲", "1"), ("乙", "2"))
    name: str = "book.xlsx"
    is_bomb: bool = False  # to be refused within two seconds

    @property
    def data(self) -> bytes:
        return self.make()


_CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_NAMESPACES = (
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def cell(reference: str, text: str) -> str:
    """A cell with its text within."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def number(reference: str, value: str) -> str:
    return f'<c r="{reference}"><v>{value}</v></c>'


HEADER_ROW = f'<row r="1">{cell("A1", HEADER[0])}{cell("B1", HEADER[1])}</row>'
ROWS = f'<row r="2">{cell("A2", "甲")}{number("B2", "1")}</row><row r="3">{cell("A3", "乙")}{number("B3", "2")}</row>'


def sheet(rows: str = HEADER_ROW + ROWS, before: str = "", prolog: str = '<?xml version="1.0"?>') -> bytes:
    return f"{prolog}<worksheet {_NAMESPACES}>{before}<sheetData>{rows}</sheetData></worksheet>".encode()


def book(sheet_xml: bytes | None = None, n_sheets: int = 1, **parts: bytes | None) -> bytes:
    """A workbook; parts: archive member (with __ for /) → content, None to leave it out."""
    numbers = range(1, n_sheets + 1)
    sheets = "".join(f'<sheet name="S{at}" sheetId="{at}" r:id="rId{at}"/>' for at in numbers)
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{_RELATION}/worksheet" Target="worksheets/sheet{at}.xml"/>' for at in numbers
    )
    strings = f'<Relationship Id="rId0" Type="{_RELATION}/sharedStrings" Target="sharedStrings.xml"/>'
    members: dict[str, bytes | None] = {
        "[Content_Types].xml": _CONTENT_TYPES.encode(),
        "_rels/.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r" Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ).encode(),
        "xl/workbook.xml": f"<workbook {_NAMESPACES}><sheets>{sheets}</sheets></workbook>".encode(),
        "xl/_rels/workbook.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{relations}{strings if 'xl__sharedStrings' in parts else ''}</Relationships>"
        ).encode(),
    }
    members |= {f"xl/worksheets/sheet{at}.xml": sheet_xml or sheet() for at in numbers}
    members |= {name.replace("__", "/") + ".xml": content for name, content in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            if content is not None:
                archive.writestr(name, content)
    return out.getvalue()


def with_cell(text: str) -> bytes:
    return sheet(HEADER_ROW + ROWS + text)


def lying_about_its_size() -> bytes:
    """The directory says ten bytes where 200 MiB come out."""
    data = bytearray(book(sheet(before=" " * (200 << 20))))
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/worksheets/sheet1.xml"))
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(data)


def marked_as_encrypted() -> bytes:
    data = bytearray(book())
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    return bytes(data)


def compound(stream: str, content: bytes = b"") -> bytes:
    """As much of an OLE file as says that there is such a stream in it."""
    entry = stream.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(stream) + 2) + bytes(62)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + entry + content + bytes(2048)


def doubled_members() -> bytes:
    out = io.BytesIO(book())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("docProps/x.xml", b"<a/>")
        archive.writestr("docProps/x.xml", b"<b/>")
    return out.getvalue()


def overlapping_members() -> bytes:
    """A thousand sheets in the directory, and all of them the same sixteen MiB of the file."""
    data = book(sheet(before=" " * (16 << 20)))
    end = data.rfind(b"PK\x05\x06")
    begin = int.from_bytes(data[end + 16 : end + 20], "little")
    entry_begin = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/worksheets/sheet1.xml"))
    entry = data[entry_begin : entry_begin + 46 + len("xl/worksheets/sheet1.xml")]
    more = b"".join(entry.replace(b"sheet1.xml", b"sh%04d.xml" % at) for at in range(1000))
    directory = data[begin:end] + more
    count = struct.pack("<HH", *[int.from_bytes(data[end + 10 : end + 12], "little") + 1000] * 2)
    return data[:begin] + directory + data[end : end + 8] + count + struct.pack("<II", len(directory), begin) + b"\0\0"


def wrong_data_descriptors() -> bytes:
    """Written to a stream: sizes follow the data, and here they are wrong; those of the directory are right."""

    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(bytes(data))  # type: ignore[call-overload]

    stream = Stream()
    with zipfile.ZipFile(io.BytesIO(book())) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    data, at = stream.data, 0
    while (at := data.find(b"PK\x07\x08", at)) >= 0:
        data[at + 8 : at + 16] = struct.pack("<II", 7, 0xFFFFFFF0)
        at += 4
    return bytes(data)


def large(tail: str = "", n_rows: int = 60_000) -> bytes:
    """A sheet that is read in pieces, of rows without end if the tail does not bring one."""
    rows = "".join(f'<row r="{at}">{cell(f"A{at}", "丁")}{number(f"B{at}", "9")}</row>' for at in range(4, n_rows))
    return sheet(HEADER_ROW + ROWS + rows + tail)


def spoilt_in_its_middle() -> bytes:
    """A large sheet with other bytes in the middle of what is packed."""
    data = bytearray(book(large()))
    at = data.find(b"xl/worksheets/sheet1.xml")
    middle = at + (data.rfind(b"PK\x01\x02") - at) // 2
    data[middle : middle + 16] = bytes(16)
    return bytes(data)


def a_million_strings() -> bytes:
    strings = "".join(f"<si><t>字{at}</t></si>" for at in range(1_000_000))
    rows = "".join(
        f'<row r="{at}"><c r="A{at}" t="s"><v>{2 * at - 8}</v></c><c r="B{at}" t="s"><v>{2 * at - 7}</v></c></row>'
        for at in range(4, 500_004)
    )
    return book(sheet(HEADER_ROW + ROWS + rows), xl__sharedStrings=f"<sst>{strings}</sst>".encode())


_LAUGHS = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(12)
)

BOMB = ("too_large_inflated", "too_many_cells_declared")
DAMAGED = ("workbook_unreadable", "header_not_found")

WORKBOOKS: Mapping[str, Hostile] = MappingProxyType(
    {
        "one cell at the far corner": Hostile(
            lambda: book(with_cell(f'<row r="1048576">{cell("XFD1048576", "x")}</row>')), BOMB, is_bomb=True
        ),
        "one cell in the last row of column P": Hostile(
            lambda: book(with_cell(f'<row r="1048576">{cell("P1048576", "x")}</row>')), BOMB, is_bomb=True
        ),
        "far corner and no dimension, behind much else": Hostile(
            lambda: book(
                with_cell(
                    "".join(f'<row r="{at}">{number(f"A{at}", "1")}</row>' for at in range(4, 160_000))
                    + f'<row r="1048576">{cell("XFD1048576", "x")}</row>'
                )
            ),
            BOMB,
            is_bomb=True,
        ),
        "far corner declared but empty": Hostile(
            lambda: book(sheet(before='<dimension ref="A1:XFD1048576"/>')), (READS, "too_many_cells_declared")
        ),
        "far corner with a format and no value": Hostile(
            lambda: book(with_cell('<row r="1048576"><c r="XFD1048576" s="0"/></row>')), (READS,)
        ),
        "a sheet that inflates to 600 MiB": Hostile(lambda: book(sheet(before=" " * (600 << 20))), BOMB, is_bomb=True),
        "shared strings that inflate to 400 MiB": Hostile(
            lambda: book(xl__sharedStrings=b"<sst><si><t>" + b"a" * (400 << 20) + b"</t></si></sst>"),
            BOMB,
            is_bomb=True,
        ),
        "a directory that lies about sizes": Hostile(lying_about_its_size, (*BOMB, *DAMAGED), is_bomb=True),
        "two million elements deep": Hostile(lambda: book(sheet(before="<a>" * 2_000_000)), (READS, *BOMB, *DAMAGED)),
        "a billion laughs": Hostile(
            lambda: book(sheet(HEADER_ROW + ROWS + f'<row r="4">{cell("A4", "&m;")}</row>', prolog=_LAUGHS + "]>")),
            (READS, *DAMAGED),
            (("甲", "1"), ("乙", "2"), ("", "")),
        ),
        "an entity that is a file of the machine": Hostile(
            lambda: book(
                sheet(
                    HEADER_ROW + ROWS + f'<row r="4">{cell("A4", "&f;")}</row>',
                    prolog='<?xml version="1.0"?><!DOCTYPE w [<!ENTITY f SYSTEM "file:///etc/passwd">]>',
                )
            ),
            (READS, *DAMAGED),
        ),
        "links to another workbook on the net": Hostile(
            lambda: book(
                with_cell(f'<row r="4">{cell("A4", "丙")}<c r="B4"><f>[1]S1!A1</f><v>3</v></c></row>'),
                xl__externalLinks__externalLink1=f"<externalLink {_NAMESPACES}/>".encode(),
            ),
            (READS,),
            (("甲", "1"), ("乙", "2"), ("丙", "3")),
        ),
        "two thousand sheets": Hostile(lambda: book(n_sheets=2000), (READS,), (("甲", "1"), ("乙", "2")) * 2000),
        "encrypted": Hostile(lambda: compound("EncryptedPackage"), ("password_protected",), name="book.xls"),
        "encrypted and called xlsx": Hostile(
            lambda: compound("EncryptedPackage"), ("password_protected", "extension_mismatch")
        ),
        "members marked as encrypted": Hostile(marked_as_encrypted, ("password_protected",)),
        "an OLE file of nothing": Hostile(lambda: compound("Nothing"), ("workbook_unreadable",), name="book.xls"),
        "noise with the mark of an OLE file": Hostile(
            lambda: compound("Workbook", bytes(range(256)) * 64), ("workbook_unreadable",), name="book.xls"
        ),
        "noise with the mark of a zip": Hostile(
            lambda: b"PK\x03\x04" + bytes(range(256)) * 64, ("workbook_unreadable", "extension_mismatch")
        ),
        "cut off": Hostile(lambda: book()[:-200], ("workbook_unreadable", "extension_mismatch")),
        "no workbook part": Hostile(lambda: book(xl__workbook=None), DAMAGED),
        "no sheet part": Hostile(lambda: book(xl__worksheets__sheet1=None), DAMAGED),
        "invalid references": Hostile(
            lambda: book(with_cell(f'<row r="4">{cell("ZZZZZZ99999999999", "x")}</row>')), (*DAMAGED, *BOMB)
        ),
        "a reference to row zero": Hostile(
            lambda: book(with_cell(f'<row r="0">{cell("A0", "x")}</row>')),
            (READS, *DAMAGED),
            (("甲", "1"), ("乙", "2")),
        ),
        "a shared string that is not there": Hostile(
            lambda: book(
                with_cell('<row r="4"><c r="A4" t="s"><v>4000000000</v></c></row>'),
                xl__sharedStrings=b"<sst><si><t>a</t></si></sst>",
            ),
            DAMAGED,
        ),
        "a million cells without a reference": Hostile(
            lambda: book(with_cell('<row r="4">' + "<c><v>1</v></c>" * 1_000_000 + "</row>")), (*BOMB, *DAMAGED)
        ),
        "invalid numbers": Hostile(
            lambda: book(with_cell(f'<row r="4">{number("A4", "1e999")}{number("B4", "abc")}</row>')), (READS, *DAMAGED)
        ),
        "the same member twice": Hostile(doubled_members, (READS, "workbook_unreadable")),
        "a page of the net called xlsx": Hostile(lambda: b"<html><table></table></html>", ("extension_mismatch",)),
        "text called xlsx": Hostile("姓名,金额\n甲,1\n".encode, ("extension_mismatch",)),
        "a workbook called csv": Hostile(book, ("extension_mismatch",), name="book.csv"),
        "a thousand sheets on the same bytes": Hostile(overlapping_members, (*BOMB, *DAMAGED), is_bomb=True),
        "wrong sizes after the data": Hostile(wrong_data_descriptors, (READS, *DAMAGED)),
        "a million shared strings": Hostile(a_million_strings, (READS,)),
        "a cell of 300,000 characters": Hostile(
            lambda: book(with_cell(f'<row r="4">{cell("A4", "字" * 300_000)}{number("B4", "3")}</row>')),
            (READS,),
            (("甲", "1"), ("乙", "2"), ("字" * 300_000, "3")),
        ),
        "a large sheet": Hostile(lambda: book(large()), (READS,)),
        "a large sheet that is cut off": Hostile(lambda: book(large()[:-5_000]), ("workbook_unreadable",)),
        "a large sheet spoilt in its middle": Hostile(spoilt_in_its_middle, ("workbook_unreadable",)),
        "a large sheet whose last row is the first once more": Hostile(
            lambda: book(large(f'<row r="2">{cell("A2", "戊")}</row>')), ("workbook_unreadable",)
        ),
        "a large sheet with a row in a comment": Hostile(
            lambda: book(large("<!--" + f'<row r="60001">{cell("A60001", "x")}</row>' * 100_000 + "-->")),
            (READS, "workbook_unreadable", "too_many_cells_declared"),
        ),
        "a large sheet with one cell at the far corner": Hostile(
            lambda: book(large(f'<row r="1048576">{cell("XFD1048576", "x")}</row>')), BOMB, is_bomb=True
        ),
        "a large sheet with a row of ten million bytes": Hostile(
            lambda: book(large(f'<row r="60001">{cell("A60001", "a" * 10_000_000)}</row>')), (READS, *BOMB)
        ),
        "a large sheet in a namespace of its own": Hostile(
            lambda: book(large().replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?")), (READS,)
        ),
        "nothing in it": Hostile(lambda: book(sheet("")), ("header_not_found",)),
    }
)
