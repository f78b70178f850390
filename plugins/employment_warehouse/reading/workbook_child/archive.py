"""An xlsx as an archive: limits that are checked before anything is inflated, and its parts, found by relationships."""

from __future__ import annotations

import html
import posixpath
import re
import urllib.parse
import zipfile
import zlib
from dataclasses import dataclass

from .markup import PIECE, column_number
from .number_formats import BUILT_IN, formats_with_text, text_formats
from .protocol import refuse

MOST_INFLATED = 1 << 30
MOST_INFLATION = 100  # : 1; sheets of people reach 20 : 1
NEVER_SUSPICIOUS = 32 << 20
MOST_CELLS = 16_000_000
SEARCHED = 4 << 20  # bytes of a sheet whose cells are all checked before it is opened

FAR_CELL = re.compile(rb'<c\s(?:[^>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"[^>]*[^/]>')
DIMENSION = re.compile(rb'<dimension\s+ref="(?:[A-Z]+\d+:)?([A-Z]{1,3})(\d{1,7})"')
SHEET = re.compile(rb"""<(?:\w+:)?sheet\s[^>]*?\s\w+:id=["']([^"']+)["']""")
RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
SINCE_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\s[^>]*\bdate1904=["'](?:1|true)["']""")
FULL_CALCULATION = re.compile(rb"""<(?:\w+:)?calcPr\s[^>]*\bfullCalcOnLoad=["'](?:1|true)["']""")
SHEET_CALCULATION = re.compile(rb"""<(?:\w+:)?sheetCalcPr\s[^>]*\bfullCalcOnLoad=["'](?:1|true)["']""")
FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s[^>]*>")
CELL_FORMATS = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.S)
CELL_FORMAT = re.compile(rb"<(?:\w+:)?xf\b[^>]*>")

ERRORS = (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, RuntimeError, EOFError, zlib.error)


@dataclass(frozen=True)
class Relationship:
    """From one part to another. kind: the end of its type (worksheet, styles)."""

    kind: str
    target: str


@dataclass(frozen=True)
class Package:
    """The parts of a workbook. sheets: in their order, each with its relationship's key and kind; None: not there.

    formats, text_formats: those that add something to a number or a text, by the number of a cell's style.
    """

    archive: zipfile.ZipFile
    workbook: zipfile.ZipInfo
    sheets: list[tuple[str, str, zipfile.ZipInfo | None]]
    strings: zipfile.ZipInfo | None
    styles: zipfile.ZipInfo | None
    since_1904: bool
    is_uncalculated: bool
    formats: dict[int, str]
    text_formats: dict[int, str]


def open_package(path: str) -> Package:
    """Open a workbook and find its parts. Refuses what declares too much before anything is inflated."""
    try:
        archive = zipfile.ZipFile(path)
        members = archive.infolist()
        inflated = sum(member.file_size for member in members)
        packed = sum(member.compress_size for member in members)
        if inflated > MOST_INFLATED or (inflated > NEVER_SUSPICIOUS and inflated > packed * MOST_INFLATION):
            refuse("too_large_inflated")
        if any(member.flag_bits & 1 for member in members):
            refuse("password_protected")
        return parts_of(archive)
    except ERRORS:
        refuse("workbook_unreadable")


def parts_of(archive: zipfile.ZipFile) -> Package:
    """The parts that belong together, whatever their names."""
    names = {name.lower(): info for name, info in archive.NameToInfo.items()}
    root = next((one.target for one in relationships(archive, "").values() if one.kind == "officeDocument"), "")
    workbook = names.get(root.lower()) or names.get("xl/workbook.xml")
    if workbook is None:
        refuse("workbook_unreadable")
    related = relationships(archive, workbook.filename)
    xml = archive.read(workbook)
    sheets = []
    for key in SHEET.findall(xml):
        relation = related.get(key.decode(errors="replace"), Relationship("worksheet", ""))
        sheets.append((key.decode(errors="replace"), relation.kind, names.get(relation.target.lower())))
    for _, kind, part in sheets:
        if part and kind == "worksheet":
            refuse_utf16(archive, part)
            check_cells(archive, part)
    by_kind = {one.kind: names.get(one.target.lower()) for one in related.values()}
    styles = by_kind.get("styles")
    formats = formats_of_styles(archive.read(styles)) if styles else {}
    return Package(
        archive=archive,
        workbook=workbook,
        sheets=sheets,
        strings=by_kind.get("sharedStrings"),
        styles=styles,
        since_1904=bool(SINCE_1904.search(xml)),
        is_uncalculated=bool(FULL_CALCULATION.search(xml)),
        formats=formats_with_text(formats),
        text_formats=text_formats(formats),
    )


def is_uncalculated(package: Package, part: zipfile.ZipInfo) -> bool:
    """Whether a program wrote the sheet that does not calculate: the workbook says so, or the sheet behind its rows."""
    if package.is_uncalculated:
        return True
    before = b""
    with package.archive.open(part) as file:
        while piece := file.read(PIECE):
            data = before + piece
            if b"sheetCalcPr" in data and SHEET_CALCULATION.search(data):
                return True
            before = data[-256:]
    return False


def relationships(archive: zipfile.ZipFile, name: str) -> dict[str, Relationship]:
    """The relationships of a part ('': of the package), by key; their targets as names of members."""
    folder, base = posixpath.split(name)
    part = {name.lower(): info for name, info in archive.NameToInfo.items()}.get(
        posixpath.join(folder, "_rels", f"{base}.rels").lower()
    )
    found = {}
    for tag in RELATIONSHIP.findall(archive.read(part)) if part else ():
        target = urllib.parse.unquote(attribute(tag, b"Target").replace("\\", "/"))
        absolute = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        found[attribute(tag, b"Id")] = Relationship(attribute(tag, b"Type").rsplit("/", 1)[-1], absolute)
    return found


def formats_of_styles(xml: bytes) -> dict[int, str]:
    """The number format of each cell style, by the style's number."""
    codes = dict(BUILT_IN)
    for tag in FORMAT.findall(xml):
        key = attribute(tag, b"numFmtId")
        if key.isdecimal():
            codes[int(key)] = html.unescape(attribute(tag, b"formatCode"))
    block = CELL_FORMATS.search(xml)
    keys = [attribute(tag, b"numFmtId") for tag in CELL_FORMAT.findall(block[0])] if block else []
    return {at: codes[int(key)] for at, key in enumerate(keys) if key.isdecimal() and int(key) in codes}


def refuse_utf16(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """The library reads UTF-8 alone: of a sheet in UTF-16 it would find no row."""
    with archive.open(member) as part:
        if b"\0" in part.read(4):
            refuse("workbook_unreadable")


def check_cells(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """A sheet becomes a rectangle in memory up to its last cell: refuse one that is too far off."""
    if member.file_size > SEARCHED * 2:
        return  # its rows are there, and the limit of memory is
    with archive.open(member) as part:
        xml = part.read(SEARCHED)
        if part.read(1):
            found = DIMENSION.search(xml, 0, 4096)
            cells = [found.groups()] if found else []
        else:
            cells = FAR_CELL.findall(xml)
    if not cells:
        return
    rows = [int(row) for _, row in cells]
    columns = [column_number(letters) for letters, _ in cells]
    area = (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)
    if area > MOST_CELLS:
        refuse("too_many_cells_declared")


def attribute(tag: bytes, name: bytes) -> str:
    """The value of an attribute; '' where it is missing."""
    found = re.search(rb"\s" + name + rb"""=(?:"([^"]*)"|'([^']*)')""", tag)
    return (found[1] or found[2] or b"").decode(errors="replace") if found else ""
