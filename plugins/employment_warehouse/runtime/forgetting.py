"""Whoever has been erased is taken out of what was written before: counties' dispatches, and by history.py records.

They are known by their marks, so that it may be done at any time after the erasure, and again.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl

from employment_warehouse import settings
from employment_warehouse.database import connect
from employment_warehouse.errors import UserError
from employment_warehouse.landing.erased_persons import marks_of

WORD = "已删除 | erased"  # ops.erased_reason
CLOCKS_DIFFER = timedelta(hours=1)  # that of the database, and that of the files
DAMAGED = (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)  # of a page or workbook
_TOKEN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Erased:
    """Those who have been erased, by their marks; done_at: the last time that somebody was."""

    marks: frozenset[str]
    done_at: datetime

    @classmethod
    def of(cls, erasures: Iterable[dict[str, Any]]) -> Erased | None:
        """erasures: rows of vault.erasure. None: nobody has been erased."""
        done = [erasure for erasure in erasures if erasure["done_at"]]
        if not done:
            return None
        marks = frozenset(mark.removeprefix("\\x") for erasure in done for mark in erasure["marks"])
        return cls(marks, max(datetime.fromisoformat(erasure["done_at"]) for erasure in done))

    def may_be_in(self, path: Path) -> bool:
        """Whether a file is older than the last erasure."""
        return path.stat().st_mtime <= (self.done_at + CLOCKS_DIFFER).timestamp()

    def tokens_in(self, text: str) -> set[str]:
        """The tokens in a text that are theirs."""
        written = sorted(set(_TOKEN.findall(text)))
        marks = marks_of(pl.Series([UUID(token).bytes for token in written], dtype=pl.Binary))
        return {token for token, mark in zip(written, marks, strict=True) if mark.hex() in self.marks}

    def removed_from(self, text: str, word: str = WORD) -> str:
        """The text with a word in place of each of their tokens."""
        for token in self.tokens_in(text):
            text = text.replace(token, word)
        return text


def forget_in_dispatches() -> None:
    """Rewrite the counties' dispatches in which somebody is who has been erased.

    The case stays, as its money and days are counted, without the person. Raises UserError (`dispatch_damaged`) when
    all others are done.
    """
    with connect("wh_publisher") as connection:
        [ledger] = connection.execute("select ops.vault_ledger()").fetchone() or ({"erasures": []},)
    erased = Erased.of(ledger["erasures"])
    if erased is None:
        return
    damaged = []
    for path in sorted(settings.current_home().reports.glob("*/weekly-*-*")):
        if path.suffix not in {".html", ".xlsx"} or not erased.may_be_in(path):
            continue
        without = _workbook_without if path.suffix == ".xlsx" else _page_without
        try:
            content = path.read_bytes()
            left = without(content, erased)
        except DAMAGED:
            damaged.append(f"{path.parent.name}/{path.name}")
            continue
        if left == content:
            os.utime(path)  # not read again before the next erasure
        else:
            settings.write_whole(path, left)
    if damaged:
        raise UserError(
            "县市周调度单无法读取，可能载有已删除的人 | dispatches cannot be read; they may name the erased",
            code="dispatch_damaged",
            where=f"reports: {', '.join(damaged)}",
            todo="delete these files, or copy them from a backup with their times (cp -p)",
        )


def _page_without(page: bytes, erased: Erased) -> bytes:
    return erased.removed_from(page.decode()).encode()


def _workbook_without(book: bytes, erased: Erased) -> bytes:
    """A workbook keeps its texts in parts that are XML."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        content = {part: parts.read(part) for part in parts.infolist()}
    left = {
        part: _page_without(each, erased) if part.filename.endswith(".xml") else each for part, each in content.items()
    }
    if left == content:
        return book
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as parts:
        for part, each in left.items():
            parts.writestr(part, each)
    return written.getvalue()
