"""The SQL of this package, one statement per file."""

from psycopg import sql

from employment_warehouse.database.statements import statements

query = statements(__file__)


def query_of_rows(name: str, feed: str) -> sql.Composed:
    """A statement that reads the rows of a feed in landing."""
    return sql.SQL(query(name).decode()).format(landing=sql.Identifier("landing", feed))
