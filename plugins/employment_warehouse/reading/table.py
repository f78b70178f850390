"""The result of reading a file: a table of texts, broken rows, or a refusal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from employment_warehouse.contract import NUMERIC_CELL, file_reason, reasons
from employment_warehouse.errors import UserError

__all__ = ["BROKEN_SCHEMA", "NUMERIC_CELL", "BrokenRow", "Refused", "TextTable"]

BROKEN_SCHEMA = {"sheet": pl.String(), "line": pl.Int64(), "reason": pl.String(), "text": pl.String()}


class Refused(UserError):
    """文件无法读取。 | The file cannot be read."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        where: str = "",
        expected: str = "",
        missing: tuple[str, ...] = (),
        **values: object,
    ) -> None:
        """Refuse a file.

        code: one of expectations/reasons.yaml, which has its words. detail: which of the code's details is so, with
        the values that its words name; never one of a cell. missing: required columns that its header lacks.
        """
        words = reasons().files[code].details[detail].filled(**values) if detail else ""
        reason = file_reason(code, str(words))
        super().__init__(
            f"{reason.wrong_zh}。 | {reason.wrong_en}.",
            code=code,
            where=where,
            expected=expected,
            todo=f"{reason.todo_zh}。 | {reason.todo_en}.",
        )
        self.detail = str(words)
        self.missing = missing


@dataclass(frozen=True)
class BrokenRow:
    """A record that is not a row of the table. reason: broken_quote, too_many_cells or too_few_cells."""

    sheet: str
    line: int
    reason: str
    text: str  # as it stood in the file


@dataclass
class TextTable:
    """A file as understood: one header, and rows of trimmed texts in frames.

    header: the texts of the header row, by position. columns: contract column → position (empty without a
    contract); extra: header text → position of the columns that the contract does not know.
    frames: frames of `sheet` (text, '' for text files), `line` (Int64, 1-based line or sheet row on which the
    record begins), then `c0`, `c1`, … (texts, or categories of them; null or '' where nothing stands). Can be
    consumed once; raises Refused where a fault shows only further down. Title, header, totals and blank lines are
    in no frame.
    """

    header: list[str]
    columns: Mapping[str, int]
    extra: Mapping[str, int]
    frames: Iterator[pl.DataFrame]
    broken: list[BrokenRow] = field(default_factory=list)  # grows while frames are read; see pop_broken
    notes: list[str] = field(default_factory=list)  # what a careful reader should know, e.g. an unread sheet
    is_nil: bool = True  # whether it is a nil return if it has no row
    rows_read: int = 0  # rows so far: in frames, or broken and taken

    def pop_broken(self) -> pl.DataFrame:
        """The broken rows found since the last call: `sheet`, `line`, `reason`, `text`. Ask after each frame, and once
        more after the last.
        """
        taken = self.broken[:]
        del self.broken[: len(taken)]
        self.rows_read += len(taken)
        rows = [(row.sheet, row.line, row.reason, row.text) for row in taken]
        return pl.DataFrame(rows, schema=BROKEN_SCHEMA, orient="row")
