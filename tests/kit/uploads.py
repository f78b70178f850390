"""What clerks upload, and the answers."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg.rows import dict_row
from tests.kit.files import COUNTY, DAY

from employment_warehouse import upload
from employment_warehouse.database import OWN_LOGIN, connect
from employment_warehouse.database.connections import address, as_variable
from employment_warehouse.upload import UploadRequest


@contextmanager
def clerk(county: str = COUNTY, kind: str = "county") -> Iterator[None]:
    """In this block `connect(OWN_LOGIN)` is the login of somebody of a county."""
    with patch.dict(os.environ, as_variable(OWN_LOGIN, address(f"{kind}_{county}"))):
        yield


def send(
    content: str | bytes,
    feed: str,
    *,
    day: date = DAY,
    name: str = "table.csv",
    check: bool = False,
    county: str = COUNTY,
) -> int:
    """Upload a file as a clerk of a county; its number."""
    with clerk(county):
        return upload.send(
            io.BytesIO(content.encode() if isinstance(content, str) else content), UploadRequest(feed, day, name, check)
        )


def read_all() -> None:
    """Read and answer what waits, as the process `uploads` does."""
    with connect("wh_loader") as connection:
        connection.autocommit = True
        upload.read_waiting(connection)


def seen(county: str = COUNTY) -> list[dict[str, Any]]:
    """What a clerk sees of the county's uploads, the newest first."""
    with connect(f"county_{county}") as connection:
        cursor = connection.cursor(row_factory=dict_row)
        return cursor.execute("select * from ops.own_uploads() order by upload desc").fetchall()


def answer_to(content: str | bytes, feed: str, **how: Any) -> dict[str, Any]:
    """Upload a file, have it read, and the answer that its clerk sees."""
    number = send(content, feed, **how)
    read_all()
    [found] = [row for row in seen(how.get("county", COUNTY)) if row["upload"] == number]
    assert found["state"] == "answered", found
    answer: dict[str, Any] = found["answer"]
    return answer


def everything(warehouse: psycopg.Connection, *, without: tuple[str, ...] = ()) -> dict[str, str]:
    """A digest of the rows of every table."""
    tables = warehouse.execute(
        """
        select format('%I.%I', n.nspname, c.relname) from pg_class as c
        join pg_namespace as n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema)' order by 1
        """
    ).fetchall()
    return {
        name: warehouse.execute(
            f"select count(*) || ':' || coalesce(sum(hash_record_extended(t, 0)::numeric), 0) from {name} as t"  # type: ignore[arg-type]
        ).fetchone()[0]  # type: ignore[index]
        for (name,) in tables
        if name not in without
    }
