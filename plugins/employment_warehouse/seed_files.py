"""Seed files (`holiday.csv`, `target.csv`, …), the project's and the operator's own, as people save them.

What a spreadsheet program makes of a file is read: UTF-8, GB 18030 or UTF-16, commas or tabs, dates as 2027/1/1, TRUE,
rows without a value, fewer or more empty cells at the end of a row. What cannot be meant is refused, with its line: the
type of a cell, what has to be filled and what is unique are declared in the YAML beside the project's file.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path

from employment_warehouse import strict_yaml
from employment_warehouse.errors import UserError
from employment_warehouse.settings import project_seed_file, read_when_changed

Row = Mapping[str, str | None]

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHINESE_IN_UTF8 = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){3}")
_DATE = re.compile(
    r"(?:([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2}))"
    r"(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?"  # a date as a time, which a spreadsheet or a program writes with midnight
)
_TRUTHS = {"true": ("true", "t", "yes", "y", "on", "1"), "false": ("false", "f", "no", "n", "off", "0")}
_SHOWN = 40  # characters of a wrong value


class SeedError(UserError):
    """种子表有误。 | A seed file is wrong."""

    code = "own_seed_unreadable"


@dataclass(frozen=True)
class Declaration:
    """What the YAML of a seed says of its columns."""

    types: Mapping[str, str]  # column → type in PostgreSQL
    filled: tuple[str, ...]  # columns in which no cell may be empty
    key: tuple[str, ...]  # no two rows are equal in these


def fault(  # noqa: PLR0913  what the message says, each by name
    path: Path, zh: str, en: str, *, line: int = 0, column: str = "", expected: str = "", found: str = ""
) -> SeedError:
    """The refusal of a seed file: what in Chinese and English, where, what would be right, and what to do."""
    at_zh = " ".join(part for part in (path.name, f"第 {line} 行" if line else "", column) if part)
    at_en = ", ".join(part for part in (path.name, f"line {line}" if line else "", column) if part)
    return SeedError(
        f"种子表 {at_zh}：{zh} | {at_en}: {en}",
        where=": ".join(part for part in (f"{path}:{line}" if line else str(path), column) if part),
        expected=expected,
        found=found if len(found) <= _SHOWN else f"{found[:_SHOWN]}…",
        todo="改正或移走该文件，再运行 `warehouse migrate` | correct or remove the file, then `warehouse migrate`",
    )


def read(path: Path) -> dict[int, Row]:
    """The rows of a seed file by their lines. Dates are ISO 8601, booleans true or false, an empty cell is None; so is
    that of a column that the file leaves out.

    Raises SeedError.
    """
    declared = _declared(project_seed_file(path.stem).with_suffix(".yml"))
    header, lines = _table(path)
    _assert_header(path, header, declared)
    rows: dict[int, Row] = {}
    for line, cells in lines.items():
        if len(cells) > len(header):
            raise fault(
                path,
                "列数过多",
                "too many columns",
                line=line,
                expected=",".join(header),
                found=str(len(cells)),
            )
        rows[line] = {
            column: _value(path, line, column, cell, declared)
            for column, cell in zip_longest(header, cells, fillvalue="")
        }
    _assert_unique(path, rows, declared.key)
    return rows


@read_when_changed
def _declared(path: Path) -> Declaration:
    config = strict_yaml.read(path.read_text("utf-8"))["seeds"][0]["config"]
    meta = config.get("meta", {})
    return Declaration(config["column_types"], tuple(meta.get("filled", ())), tuple(meta.get("key", ())))


def _table(path: Path) -> tuple[list[str], dict[int, list[str]]]:
    """The header, and the rows that have a value, by the lines on which they begin; each up to its last value, because
    a spreadsheet program leaves out or adds empty cells after it.
    """
    text = _text(path)
    first = text.lstrip().partition("\n")[0]
    delimiter = "\t" if "\t" in first and "," not in first else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, line = {}, 1
    try:
        for cells in reader:
            if filled := _up_to_last_value(cells):
                rows[line] = filled
            line = reader.line_num + 1
    except csv.Error:
        raise fault(
            path,
            "引号不成对",
            "a quotation mark has no other",
            line=line,
            expected="CSV",
        ) from None
    header = rows.pop(min(rows), []) if rows else []
    return header, rows


def _up_to_last_value(cells: list[str]) -> list[str]:
    stripped = [cell.strip() for cell in cells]
    while stripped and not stripped[-1]:
        stripped.pop()
    return stripped


def _text(path: Path) -> str:
    """UTF-8, UTF-16 with its mark, else GB 18030, as a spreadsheet program saves CSV in China."""
    data = path.read_bytes()
    marked = next(((mark, name) for mark, name in _BOMS if data.startswith(mark)), None)
    for mark, encoding in [marked] if marked else [(b"", "utf-8"), (b"", "gb18030")]:
        if encoding == "gb18030" and (line := _line_in_utf8(data)):
            raise _wrong_encoding(path, f"UTF-8 (line {line})")
        try:
            text = data.removeprefix(mark).decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _wrong_encoding(path, "")


def _line_in_utf8(data: bytes) -> int:
    """The first line that is Chinese in UTF-8, of a file that is not UTF-8: it is damaged, and not GB 18030; else 0."""
    for number, line in enumerate(data.split(b"\n"), 1):
        if _CHINESE_IN_UTF8.search(line):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                continue
            return number
    return 0


def _wrong_encoding(path: Path, found: str) -> SeedError:
    return fault(
        path,
        "编码读不出，或有损坏的字符",
        "unknown encoding, or a damaged character",
        expected="CSV UTF-8 · GB18030 · UTF-16",
        found=found,
    )


def _assert_header(path: Path, header: list[str], declared: Declaration) -> None:
    unknown = [name for name in header if name not in declared.types]
    twice = sorted({name for name in header if header.count(name) > 1})
    lacking = [name for name in declared.filled if name not in header]
    words = [
        *(["文件为空 | the file is empty"] if not header else []),
        *([f"多出的列 | unknown columns: {', '.join(unknown)}"] if header and unknown else []),
        *([f"重复的列 | columns given twice: {', '.join(twice)}"] if twice else []),
        *([f"缺少的列 | missing columns: {', '.join(lacking)}"] if header and lacking else []),
    ]
    if words:
        raise fault(
            path,
            "列不符",
            "the columns do not match",
            line=1,
            expected=",".join(declared.types),
            found="; ".join(words),
        )


def _value(path: Path, line: int, column: str, text: str, declared: Declaration) -> str | None:
    if not text and column not in declared.filled:
        return None
    read_as, expected = _TYPES[declared.types[column]] if text else (_nothing, "不得为空 | it must be filled")
    value = read_as(text)
    if value is None:
        raise fault(
            path,
            "值有误",
            "the value is wrong",
            line=line,
            column=column,
            expected=expected,
            found=text,
        )
    return value


def _assert_unique(path: Path, rows: Mapping[int, Row], key: tuple[str, ...]) -> None:
    known: dict[tuple[str | None, ...], int] = {}
    for line, row in rows.items():
        first = known.setdefault(tuple(row.get(column) for column in key), line)
        if first != line and key:
            raise fault(
                path,
                f"与第 {first} 行重复",
                f"it says what line {first} says",
                line=line,
                expected=f"每组仅一行 | one row for each {', '.join(key)}",
                found=", ".join(row.get(column) or "" for column in key),
            )


def _nothing(_: str) -> None:
    return None


def _date(text: str) -> str | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups() if part)).isoformat()
    except ValueError:
        return None


def _boolean(text: str) -> str | None:
    return next((truth for truth, words in _TRUTHS.items() if text.lower() in words), None)


def _integer(text: str) -> str | None:
    return text if re.fullmatch(r"-?[0-9]{1,9}", text) else None


def _numeric(text: str) -> str | None:
    return text if re.fullmatch(r"[+-]?([0-9]{1,12}(\.[0-9]*)?|\.[0-9]+)", text) else None


# How a cell is read, by the type of its column, and what it should be.
_TYPES: Mapping[str, tuple[Callable[[str], str | None], str]] = {
    "text": (str, ""),
    "date": (_date, "日期 | a date: 2027-01-01"),
    "boolean": (_boolean, "true 或 or false"),
    "integer": (_integer, "整数 | a whole number"),
    "numeric": (_numeric, "数 | a number: 0.30"),
}
