"""An xlsx as an archive: limits that are checked before anything is inflated, and the parts of its sheets."""

from __future__ import annotations

import re
import zipfile
import zlib

from .markup import column_number
from .protocol import refuse

MOST_INFLATED = 1 << 30
MOST_INFLATION = 100  # : 1; sheets of people reach 20 : 1
NEVER_SUSPICIOUS = 32 << 20
MOST_CELLS = 16_000_000
LOOKED_INTO = 4 << 20  # bytes of a sheet whose cells are all looked at before it is opened


FAR_CELL = re.compile(rb'<c\s(?:[^>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"[^>]*[^/]>')
DIMENSION = re.compile(rb'<dimension\s+ref="(?:[A-Z]+\d+:)?([A-Z]{1,3})(\d{1,7})"')
SHEET = re.compile(rb"""<(?:\w+:)?sheet\s[^>]*?\s\w+:id=["']([^"']+)["']""")
TARGET = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")


def check_archive(path: str) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo | None]]:
    """Refuse what declares too much before anything is inflated; the names of the sheets' parts, in their order."""
    try:
        archive = zipfile.ZipFile(path)
        members = {member.filename: member for member in archive.infolist()}
        inflated = sum(member.file_size for member in members.values())
        packed = sum(member.compress_size for member in members.values())
        if inflated > MOST_INFLATED or (inflated > NEVER_SUSPICIOUS and inflated > packed * MOST_INFLATION):
            refuse("too_large_inflated")
        if any(member.flag_bits & 1 for member in members.values()):
            refuse("password_protected")
        for name, member in members.items():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                check_cells(archive, member)
        return archive, sheet_parts(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, RuntimeError, EOFError, zlib.error):
        refuse("workbook_unreadable")


def check_cells(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """A sheet becomes a rectangle in memory up to its last cell; see to it that it is not that far off."""
    if member.file_size > LOOKED_INTO * 2:
        return  # its rows are there, and the limit of memory is
    with archive.open(member) as part:
        xml = part.read(LOOKED_INTO)
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


def sheet_parts(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo | None]:
    """The archive member of each sheet, by its place in the workbook; None where it cannot be told."""
    members = archive.NameToInfo
    if "xl/workbook.xml" not in members or "xl/_rels/workbook.xml.rels" not in members:
        return []
    targets = {}
    for relation in TARGET.findall(archive.read("xl/_rels/workbook.xml.rels")):
        key, target = attribute(relation, b"Id"), attribute(relation, b"Target")
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        targets[key] = members.get(name)
    return [targets.get(key.decode(errors="replace")) for key in SHEET.findall(archive.read("xl/workbook.xml"))]


def attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\s" + name + rb"""=["']([^"']*)["']""", tag)
    return found[1].decode(errors="replace") if found else ""
