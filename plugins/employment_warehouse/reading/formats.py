"""What a file really is, by its first bytes; its name plays no part."""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from typing import BinaryIO

ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, ValueError, EOFError, RuntimeError)

NAMES = {
    "text": "文本 text",
    "gzip": "gzip",
    "zip": "zip",
    "xlsx": "Excel xlsx",
    "xls": "Excel xls",
    "html": "网页 HTML",
    "pdf": "PDF",
    "other": "其他 something else",
    "ods": "OpenDocument 表格 (ods)",
    "xlsb": "Excel 二进制工作簿 (xlsb)",
    "xml_spreadsheet": "XML 表格 (Excel 2003 XML)",
    "xml": "XML",
    "document": "文字或演示文稿 (Word, PowerPoint)",
    "old_workbook": "旧版 Excel 工作簿 (Excel 2–95)",
    "tar": "tar 归档",
}
# Tables that another program has to convert; the others are not tables.
CONVERTIBLE = ("ods", "xlsb", "xml_spreadsheet", "old_workbook", "xml", "document", "tar")

_HEAD = 64 << 10
_LARGEST_SEARCHED = 64 << 20
_MARKS = {
    "gzip": (b"\x1f\x8b",),
    "pdf": (b"%PDF",),
    "other": (
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"GIF8",
        b"Rar!",
        b"7z\xbc\xaf",
        b"BZh",
        b"\xfd7zXZ",
        b"\x28\xb5\x2f\xfd",
        b"SQLite format",
        b"PAR1",
    ),
}
# Of a file in it, of an empty archive, of one in several volumes; only PK may begin a text (PKID).
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# The first record of a workbook of Excel 2, 3, 4, or of a newer one without its container.
_BARE_WORKBOOK = re.compile(rb"\x09[\x00\x02\x04\x08][\x04\x06\x08\x10]\x00", re.S)

_PROLOGUE = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->|<!doctype(?! html)[^>]*>)*", re.S)
_HTML = re.compile(
    r"<(?:!doctype html|html|head|body|table|thead|tbody|meta|style|div|tr|td|th|script|center|font|span|p|br|title"
    r"|form|frameset|h[1-6]|b)\b"
)
_HTML_TABLE = re.compile(r"<table\b.*?<t[rdh]\b", re.S)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


def format_of(file: BinaryIO) -> str:
    """One of NAMES, or `encrypted`: a workbook with a password. The file is closed.

    Raises one of ZIP_ERRORS for a damaged zip.
    """
    with file:
        head = file.read(_HEAD)
        if head.startswith(_ZIP):
            return _format_of_zip(file)
        if head.startswith(_COMPOUND):
            rest = file.read(_LARGEST_SEARCHED)
            return "encrypted" if _ENCRYPTED in head or _ENCRYPTED in rest else "xls"
    return format_of_head(head)


def format_of_head(head: bytes) -> str:
    """The format of a file by its first bytes alone, for one that cannot be searched: any zip file is `zip`."""
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(_COMPOUND):
        return "xls"
    for name, marks in _MARKS.items():
        if head.startswith(marks):
            return name
    if _BARE_WORKBOOK.match(head):
        return "old_workbook"
    if _is_tar(head):
        return "tar"
    return _format_of_markup(head)


def _format_of_zip(file: BinaryIO) -> str:
    archive = zipfile.ZipFile(file)
    names = {*archive.namelist()}
    if "mimetype" in names and b"opendocument" in archive.read("mimetype")[:100]:
        return "ods"
    if any(name.lower().startswith(("word/", "ppt/")) for name in names):
        return "document"
    if any(name.lower().endswith("workbook.bin") for name in names):
        return "xlsb"
    is_workbook = "[Content_Types].xml" in names or any(name.startswith("xl/") for name in names)
    return "xlsx" if is_workbook else "zip"


def _format_of_markup(head: bytes) -> str:
    encoding = next((name for bom, name in _BOMS if head.startswith(bom)), "latin-1")
    if encoding in ("utf-8", "latin-1") and b"<" not in head:
        return "text"
    text = head.decode(encoding, errors="replace").lstrip("\ufeff").lower()
    before = _PROLOGUE.match(text)
    root = text[before.end() if before else 0 :]
    if root.startswith("<") and "urn:schemas-microsoft-com:office:spreadsheet" in root and not _HTML.match(root):
        return "xml_spreadsheet"
    if root.startswith("<") and "urn:oasis:names:tc:opendocument" in root:
        return "ods"
    if _HTML.match(root) or _HTML_TABLE.search(text) or text.startswith("mime-version:"):
        return "html"
    return "xml" if text.lstrip().startswith("<?xml") else "text"


def _is_tar(head: bytes) -> bool:
    """By its mark, or, of an old one without, by the checksum of its first header."""
    if head[257:262] == b"ustar":
        return True
    block = head[:512]
    field = block[148:156].strip(b"\0 ")
    if len(block) < 512 or not field or not re.fullmatch(rb"[0-7]+", field):
        return False
    return int(field, 8) == sum(block) - sum(block[148:156]) + 8 * ord(" ")
