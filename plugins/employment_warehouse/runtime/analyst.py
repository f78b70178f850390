"""One query as one role; its rows as CSV."""

from __future__ import annotations

import csv
import io
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
    query = query.strip().rstrip(";")
    try:
        with connect(role) as connection:
            if as_of is not None:
                publication.as_of(connection, as_of)
            if query.lower().startswith(("select", "with", "table", "values", "(")):
                with connection.cursor().copy(f"copy ({query}) to stdout (format csv, header)") as rows:
                    for block in rows:
                        target.write(block)
            else:
                _write_answer(connection, query, target)
    except psycopg.Error as error:
        raise UserError(
            "查询失败 | the query failed", code="query_failed", database=describe(error), exit_code=1
        ) from error
    target.flush()


def _write_answer(connection: psycopg.Connection, query: str, target: BinaryIO) -> None:
    """`explain`, `show` and others that COPY does not accept."""
    answer = connection.execute(query)
    if answer.description is None:
        return
    text = io.TextIOWrapper(target, "utf-8", newline="", write_through=True)
    csv.writer(text, lineterminator="\n").writerows([[column.name for column in answer.description], *answer])
    text.detach()
