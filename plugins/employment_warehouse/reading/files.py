"""A file opened for reading, whatever it is: text, packed text, a workbook, or an archive with one of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from employment_warehouse.reading.archives import open_archive
from employment_warehouse.reading.content import Text, Workbook, blocks_of, check_content, checked_format, inflated
from employment_warehouse.reading.refusals import empty_file


def open_file(path: Path, fits: Callable[[Text | Workbook], bool]) -> Text | Workbook:
    """What there is to read in a file; a zip archive stands for the one table in it.

    fits: whether one of several tables in an archive is the one that is searched for. Raises Refused:
    empty_file, extension_mismatch, unsupported_format, password_protected, too_large_inflated, empty_archive,
    archive_member_ambiguous.
    """
    if not path.stat().st_size:
        raise empty_file()
    kind = checked_format(path.open("rb"), path.name)
    if kind == "zip":
        return open_archive(path, fits)
    if kind == "gzip":
        check_content(next(inflated(path)))
        return Text(lambda: inflated(path))
    if kind == "text":
        return Text(lambda: blocks_of(path.open("rb")))
    return Workbook(path.open("rb"), kind)
