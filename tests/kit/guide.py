"""The queries of the analyst's guide, and how long they take."""

from __future__ import annotations

import re
from functools import partial

import psycopg
from tests.kit.measuring import timed

from employment_warehouse import settings
from employment_warehouse.database import connect

GUIDE = settings.project_root() / "docs" / "analysts.md"


def guide_queries() -> list[str]:
    """The statements of the guide, in order."""
    blocks = re.findall(r"```sql\n(.*?)```", GUIDE.read_text("utf-8"), flags=re.DOTALL)
    return [query.strip() for block in blocks for query in re.sub(r"--.*", "", block).split(";") if query.strip()]


def query_seconds(rounds: int, before: str = "") -> dict[str, list[float]]:
    """Query → seconds of each round, as an analyst: until the last row has arrived, each in a transaction of its own.

    before: a statement that every answer waits for.
    """
    seconds: dict[str, list[float]] = {query: [] for query in guide_queries()}
    with connect("wh_analyst") as analyst:
        for _ in range(rounds):
            for query, taken in seconds.items():
                asked = before + re.sub(r"marts\.pin\(\d+\)", "marts.pin(1)", query)
                taken.append(timed(partial(read_all, analyst, asked)))
                analyst.execute("select marts.unpin()")
                analyst.rollback()
    return seconds


def read_all(connection: psycopg.Connection, statements: str) -> None:
    """Every row of the last of some statements."""
    answers = connection.execute(statements.encode())
    while answers.nextset():
        pass
    answers.fetchall()
