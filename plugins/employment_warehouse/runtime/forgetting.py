"""Whoever has been erased is taken out of what was written before: counties' dispatches, and by history.py records.

They are known by their marks, so that it may be done at any time after the erasure, and again.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
from cryptography.exceptions import InvalidTag

from employment_warehouse import settings
from employment_warehouse.database import connect
from employment_warehouse.errors import UserError
from employment_warehouse.landing.erased_persons import marks_of

WORD = "已删除 | erased"  # ops.erased_reason
CLOCKS_DIFFER = timedelta(hours=1)  # that of the database, and that of the files
# Of a record, a page or a workbook.
DAMAGED = (InvalidTag, OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
_TOKEN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class ErasedPersonMarks:
    """Those who have been erased, by their marks; done_at: the last time that somebody was."""

    marks: frozenset[str]
    done_at: datetime

    @classmethod
    def of(cls, erasures: Iterable[dict[str, Any]]) -> ErasedPersonMarks | None:
        """erasures: rows of vault.erasure. None: nobody has been erased."""
        done = [erasure for erasure in erasures if erasure["done_at"]]
        if not done:
            return None
        marks = frozenset(mark.removeprefix("\\x") for erasure in done for mark in erasure["marks"])
        return cls(marks, max(datetime.fromisoformat(erasure["done_at"]) for erasure in done))

    def may_be_in(self, path: Path) -> bool:
        """Whether a file is older than the last erasure."""
        return path.stat().st_mtime <= (self.done_at + CLOCKS_DIFFER).timestamp()

    def forgotten_in(self, paths: Iterable[Path], without: Callable[[Path], bytes | None]) -> list[Path]:
        """Rewrite the files that may name somebody who was erased; returns those that are damaged, when all others are
        done.

        without: returns the content of a file without them, or None if it names none of them.
        """
        damaged = []
        for path in filter(self.may_be_in, paths):
            try:
                left = without(path)
            except DAMAGED:
                damaged.append(path)
                continue
            if left is None:
                os.utime(path)  # not read again before the next erasure
            else:
                settings.write_whole(path, left)
        return damaged

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
    erased = ErasedPersonMarks.of(ledger["erasures"])
    if erased is None:
        return
    reports = settings.current_home().reports
    damaged = [
        *erased.forgotten_in(reports.glob("*/weekly-*-*.html"), partial(_page, erased)),
        *erased.forgotten_in(reports.glob("*/weekly-*-*.xlsx"), partial(_workbook, erased)),
    ]
    if damaged:
        raise UserError(
            "县市周调度单无法读取，可能载有已删除的人 | dispatches cannot be read; they may name the erased",
            code="dispatch_damaged",
            where=f"reports: {', '.join(sorted(f'{path.parent.name}/{path.name}' for path in damaged))}",
            todo="delete these files, or copy them from a backup with their times (cp -p)",
        )


def _page(erased: ErasedPersonMarks, path: Path) -> bytes | None:
    content = path.read_bytes()
    left = erased.removed_from(content.decode()).encode()
    return None if left == content else left


def _workbook(erased: ErasedPersonMarks, path: Path) -> bytes | None:
    """A workbook without the erased; None: nothing changes. Its texts are in those members of the zip that are XML."""
    with zipfile.ZipFile(path) as members:
        content = {member: members.read(member) for member in members.infolist()}
    texts = {member: each.decode() for member, each in content.items() if member.filename.endswith(".xml")}
    left = content | {member: erased.removed_from(text).encode() for member, text in texts.items()}
    if left == content:
        return None
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as members:
        for member, each in left.items():
            members.writestr(member, each)
    return written.getvalue()
