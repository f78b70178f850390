"""A mart as a file: CSV or XLSX, in which Excel and WPS take no text for a formula, and every figure for a number."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO

import xlsxwriter
from psycopg import sql
from xlsxwriter.worksheet import Worksheet

from employment_warehouse.console.connections import Reading, Row
from employment_warehouse.errors import UserError
from employment_warehouse.settings import TIMEZONE
from employment_warehouse.workbook_style import PLAIN_CELLS, QUOTED

MOMENT, MOMENT_WIDTH = "timestamp with time zone", 20
# Every other type is written as text.
TYPED = {"smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean", "date", MOMENT}
SHEET_ROWS = 1_048_575  # of a sheet, below its heads
FIRST_YEAR = 1900  # of which a sheet knows the days
# What a program reads as a formula when it opens a CSV, also behind blanks and in full width; a number is none.
FORMULA = "^([\t\r\n]|[[:space:]　]*[=+@＝＋－＠-])"
NUMBER = "^[+-]?[0-9]+([.][0-9]+)?$"


def csv_of(read: Reading, mart: str) -> Iterator[bytes]:
    """Every row, as the database sends it, with `'` before a text that would be a formula. Begins with the mark by
    which Excel and WPS recognise UTF-8.
    """
    rows = _select(mart, read("mart_columns", mart=mart), _guarded)
    whole = sql.SQL("copy ({}) to stdout (format csv, header)").format(rows)
    with read.connection.cursor() as cursor, cursor.copy(whole) as copy:
        yield b"\xef\xbb\xbf"
        yield from (bytes(block) for block in copy)


def workbook_of(read: Reading, mart: str) -> IO[bytes]:
    """Every row in a sheet; the caller closes the file. Raises UserError (`sheet_full`)."""
    _assert_fits(read, mart)
    columns = read("mart_columns", mart=mart)
    file = tempfile.TemporaryFile()  # noqa: SIM115  the caller's
    with xlsxwriter.Workbook(file, {"constant_memory": True, **PLAIN_CELLS}) as book:
        sheet = book.add_worksheet(mart[:31])
        for at, column in enumerate(columns):
            sheet.set_column(at, at, max(MOMENT_WIDTH if _kind(column) == MOMENT else 12, len(column["name"]) + 2))
            sheet.write_string(0, at, column["name"])
        write = _cells(book, sheet)
        with read.connection.cursor(name="rows") as cursor:
            cursor.itersize = 5_000
            for line, row in enumerate(cursor.execute(_select(mart, columns, _as_text)), 1):
                for at, value in enumerate(row):
                    write(line, at, value)
    file.seek(0)
    return file


def _assert_fits(read: Reading, mart: str) -> None:
    first = sql.SQL("select count(*) from (select from {} limit {}) as first_rows").format(
        sql.Identifier("marts", mart), sql.Literal(SHEET_ROWS + 1)
    )
    if read.connection.execute(first).fetchone() == (SHEET_ROWS + 1,):
        raise UserError(
            f"超过 {SHEET_ROWS:,} 行，一张工作表放不下，没有生成文件 | More than {SHEET_ROWS:,} rows: "
            "a sheet does not hold them, and no file was made",
            code="sheet_full",
            todo="请下载 CSV，或用查询只取需要的行 | download the CSV, or query only the rows that you need",
        )


def _select(mart: str, columns: Sequence[Row], as_text: Callable[[sql.Identifier], sql.Composed]) -> sql.Composed:
    shown = [
        name if _kind(column) in TYPED else sql.SQL("{} as {}").format(as_text(name), name)
        for column in columns
        for name in (sql.Identifier(column["name"]),)
    ]
    return sql.SQL("select {} from {}").format(sql.SQL(", ").join(shown), sql.Identifier("marts", mart))


def _kind(column: Row) -> str:
    """Its type without digits: `numeric(14,2)` is `numeric`."""
    return str(column["type"]).partition("(")[0]


def _as_text(name: sql.Identifier) -> sql.Composed:
    return sql.SQL("{}::text").format(name)


def _guarded(name: sql.Identifier) -> sql.Composed:
    return sql.SQL("case when {0} ~ {1} and {0} !~ {2} then '''' else '' end || {0}").format(
        _as_text(name), sql.Literal(FORMULA), sql.Literal(NUMBER)
    )


def _cells(book: xlsxwriter.Workbook, sheet: Worksheet) -> Callable[[int, int, object], None]:
    """How a cell is written: by the type of its value."""
    quoted = book.add_format(QUOTED)
    day, moment = (
        book.add_format({"num_format": text, "align": "left"}) for text in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss")
    )

    def write(line: int, at: int, value: object) -> None:
        match value:
            case None:
                pass
            case bool():
                sheet.write_boolean(line, at, value)
            case int() | float() | Decimal():
                sheet.write_number(line, at, value)
            case datetime():
                sheet.write_datetime(line, at, value.astimezone(TIMEZONE).replace(tzinfo=None), moment)
            case date() if value.year >= FIRST_YEAR:
                sheet.write_datetime(line, at, value, day)
            case _:
                sheet.write_string(line, at, str(value), quoted)

    return write
