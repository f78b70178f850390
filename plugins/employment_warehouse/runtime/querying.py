"""One query as one role; its rows as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import BinaryIO

import psycopg

from employment_warehouse import publication
from employment_warehouse.database import connect, describe
from employment_warehouse.errors import UserError


def write_csv(query: str, role: str, as_of: date | None, target: BinaryIO) -> None:
    """Run a query as `role`, and write header and rows as UTF-8 CSV (null: empty, values as PostgreSQL prints them).

    as_of: see what was published for that date. Raises UserError `query_failed`.
    """
    with _query_errors(), connect(role) as connection:
        if as_of is not None:
            publication.as_of(connection, as_of)
        _write(connection, query, target)


def write_tonight(query: str, target: BinaryIO) -> None:
    """Run a query, read only, on the build in progress and write its rows as CSV, as `write_csv` does: on its models
    (schema `build`) and the steps between them (`tonight`).

    Raises UserError `query_failed`.
    """
    with _query_errors(), connect("wh_gate") as connection:
        connection.execute("set transaction read only")
        connection.execute("set local search_path = build, tonight")
        _write(connection, query, target)


@contextmanager
def _query_errors() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise UserError(
            "查询失败 | the query failed", code="query_failed", database=describe(error), exit_code=1
        ) from error


def _write(connection: psycopg.Connection, query: str, target: BinaryIO) -> None:
    query = query.strip().rstrip(";")
    if not query:
        raise UserError("没有查询语句 | there is no query", code="no_query", todo='warehouse sql "select 1"')
    if query.lower().startswith(("select", "with", "table", "values", "(")):
        with connection.cursor().copy(f"copy ({query}) to stdout (format csv, header)") as rows:
            for block in rows:
                target.write(block)
    else:
        _write_answer(connection, query, target)
    target.flush()


def _write_answer(connection: psycopg.Connection, query: str, target: BinaryIO) -> None:
    """`explain`, `show` and others that COPY does not accept."""
    cursor = connection.execute(query)
    if cursor.description is None:
        return
    text = io.TextIOWrapper(target, "utf-8", newline="", write_through=True)
    csv.writer(text, lineterminator="\n").writerows([[column.name for column in cursor.description], *cursor])
    text.detach()
