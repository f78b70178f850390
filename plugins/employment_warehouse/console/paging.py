"""Long lists, fifty rows a page: their queries take `rows` and `skipped`, and most count all rows as `total`."""

from __future__ import annotations

from typing import NamedTuple

from employment_warehouse.console.connections import Reading, Row
from employment_warehouse.console.page import Visit

ROWS = 50
LAST = 10_000  # no list is longer, and no number of a page is too large for the database


class ListPage(NamedTuple):
    """One page of a list. number: from 1; total: the rows of all pages."""

    rows: list[Row]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """How many there are."""
        return -(-self.total // ROWS)


def list_page(visit: Visit, read: Reading, query: str, total: int | None = None, **parameters: object) -> ListPage:
    """The page of a list that the address asks for (`?page=2`). total: where the query does not count."""
    wanted = visit.request.query_params.get("page", "")[:9]
    number = min(max(int(wanted), 1), LAST) if wanted.isascii() and wanted.isdecimal() else 1
    rows = read(query, rows=ROWS, skipped=(number - 1) * ROWS, **parameters)
    counted = (rows[0]["total"] if rows else 0) if total is None else total
    return ListPage(rows, number, counted)
