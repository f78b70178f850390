"""Deliveries, and the story of one: from file to publication, with what was rejected (never its content)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Form, Query
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from employment_warehouse import contract, publication, returns
from employment_warehouse.console.connections import Row
from employment_warehouse.console.page import Page, Visit, day_of
from employment_warehouse.console.paging import list_page
from employment_warehouse.contract.divisions import divisions

page = Page("/deliveries", "报送记录", "Deliveries", needs=("ops.delivery", "ops.county_deliveries"))
STATUSES = ("landed", "accepted", "held", "refused", "withdrawn")


@page.router.get("/deliveries")
def show(
    unit: str = "", feed: str = "", status: str = "", on: Annotated[str, Query(alias="date")] = "",
    visit: Visit = page.visitor,
) -> Response:  # fmt: skip
    """The newest, as the filter says."""
    wanted: dict[str, Any] = {"unit": unit or None, "feed": feed or None, "status": status or None, "on": day_of(on)}
    with visit.reading() as read:
        listed = list_page(visit, read, "deliveries" if visit.may("ops.delivery") else "county_deliveries", **wanted)
    known = {"feeds": sorted(contract.contracts()), "counties": list(divisions().counties), "statuses": STATUSES}
    chosen = {"unit": unit, "feed": feed, "status": status, "date": on}
    return visit.show("deliveries.html.j2", deliveries=listed.rows, listed=listed, chosen=chosen, **known)


@page.router.get("/deliveries/{number}")
def show_one(number: int, visit: Visit = page.visitor) -> Response:
    """What became of one delivery, and why."""
    of_all = visit.may("ops.delivery")
    with visit.reading() as read:
        found = read.one("delivery" if of_all else "own_delivery", delivery=number)
        if found is None:
            raise HTTPException(404)
        listed = list_page(visit, read, "rejected_lines", delivery=number)
        shown = {
            "delivery": found,
            "refusal": _refusal(found),
            "checks": read("checks_of_delivery" if of_all else "own_checks_of_delivery", delivery=number),
            "listed": listed,
            "lines": [_in_words(row, found["feed"]) for row in listed.rows],
            "has_workbook": _has_workbook(visit, found),
        }
    return visit.show("delivery.html.j2", **shown)


@page.router.post("/deliveries/{number}/release")
def release(number: int, reason: Annotated[str, Form()], visit: Visit = page.visitor) -> Response:
    """Let the next night use what a gate holds."""
    with visit.acting():
        released = ", ".join(map(str, publication.release_delivery(number, reason)))
    notice = f"已放行报送 {released}，由下次汇总采用 | Released: {released}; the next night uses it"
    return visit.go(f"/deliveries/{number}", notice)


def _has_workbook(visit: Visit, delivery: Row) -> bool:
    """Whether the login's own county has a return workbook of that date."""
    day, unit = delivery["report_date"], delivery["unit"]
    return unit in visit.session.counties and returns.path_of(day, unit).is_file()


def _refusal(delivery: Row) -> contract.Reason | None:
    """Why a file was refused, in words."""
    if delivery["status"] != "refused":
        return None
    return contract.file_reason(delivery["reason"], delivery["detail"])


def _in_words(row: Row, feed: str) -> Row:
    """A rejected line with the words of its reason, and the header of its column."""
    known = contract.contract_of(feed)
    reason = contract.row_reason(row["reason"], known, row["column_name"])
    headers = {column.name: column.header for column in known.columns}
    return row | {"header": headers.get(row["column_name"], row["column_name"] or "—"), "why": reason}
