"""The one place that turns a database error into words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from employment_warehouse.errors import UserError

# Classes whose text speaks of connections, rights, names and resources, never of a row.
PLAIN_CLASSES = ("08", "28", "3D", "42", "53", "55", "57", "58", "WH")


def describe(error: BaseException) -> str:
    """SQLSTATE, its name, and the schema, table, column and constraint that it names; never a value.

    PostgreSQL's message, detail and context carry row values, and so does `str(error)` of psycopg. Its message
    passes only in classes that are about names and rights, and in our own (`WH`).
    """
    found = _database_error(error)
    if found is None:
        return type(error).__name__
    if found.sqlstate is None:
        return f"{type(found).__name__} (the server did not answer)"
    try:
        name = errors.lookup(found.sqlstate).__name__
    except KeyError:
        name = ""
    diagnosis = found.diag
    plain = found.sqlstate.startswith(PLAIN_CLASSES)
    named = {
        "schema": diagnosis.schema_name,
        "table": diagnosis.table_name,
        "column": diagnosis.column_name,
        "type": diagnosis.datatype_name,
        "constraint": diagnosis.constraint_name,
    }
    words = [
        found.sqlstate,
        name,
        *(f"{kind}={value}" for kind, value in named.items() if value),
        plain and diagnosis.message_primary,
        plain and diagnosis.message_hint,
    ]
    return " ".join(str(word) for word in words if word)


@contextmanager
def without_values() -> Iterator[None]:
    """A database error that leaves this block says what `describe` says, in every log and traceback."""
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate is not None:
            error.args = (describe(error),)
        raise


class DatabaseRefusal(UserError):
    """数据库拒绝。 | The database refuses."""

    exit_code = 3


def is_refusal(error: psycopg.Error) -> bool:
    """Whether a function of ours refuses (`WH…`), or the login may not ask; anything else is a fault."""
    return (error.sqlstate or "").startswith("WH") or isinstance(error, errors.InsufficientPrivilege)


@contextmanager
def refusals() -> Iterator[None]:
    """What the database refuses in this block is a DatabaseRefusal in its words; its code is the SQLSTATE."""
    try:
        yield
    except psycopg.Error as error:
        if not is_refusal(error):
            raise
        raise DatabaseRefusal(describe(error), code=str(error.sqlstate)) from error


def _database_error(error: BaseException | None) -> psycopg.Error | None:
    """The psycopg error itself, or the one that SQLAlchemy or a caller has wrapped."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, psycopg.Error):
            return error
        seen.add(id(error))
        error = getattr(error, "orig", None) or error.__cause__ or error.__context__
    return None
