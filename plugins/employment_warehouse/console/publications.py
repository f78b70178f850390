"""Publications: what each shows and from when; a held night is released here, and a wrong one rolled back."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from employment_warehouse import publication as publications
from employment_warehouse.console.connections import Reading
from employment_warehouse.console.page import Page, Visit
from employment_warehouse.console.paging import list_page
from employment_warehouse.report.code_names import code_names

page = Page("/publications", "发布", "Publications", needs=("ops.publication", "marts.publications"))
Reason = Annotated[str, Form()]


@page.router.get("/publications")
def show(visit: Visit = page.visitor) -> Response:
    """All of them, newest first, and the night that is held."""
    with visit.reading() as read:
        of_all = visit.may("ops.publication")
        listed = list_page(visit, read, "publications" if of_all else "publications_of_readers", publication=None)
        current = read.one("standing_publication" if of_all else "standing_publication_of_readers")
        held = read("held_build") if of_all else []
    return visit.show("publications.html.j2", published=listed.rows, listed=listed, current=current, held=held)


@page.router.get("/publications/{number:int}")
def show_one(number: int, visit: Visit = page.visitor) -> Response:
    """One publication: its vintage and digest, what was certified, and which of its figures are known otherwise now."""
    of_all = visit.may("ops.publication")
    with visit.reading() as read:
        kept = "publications" if of_all else "publications_of_readers"
        found = read.one(kept, publication=number, rows=1, skipped=0)
        if found is None:
            raise HTTPException(404)
        may_compare = visit.may("marts.restatement")
        shown = {
            "published": found,
            "certificate": read.one("certificate", publication=number) if visit.may("ops.certificate") else None,
            "listed": list_page(visit, read, "restatements", publication=number) if may_compare else None,
            "compared": _compared(read, found["report_date"]) if may_compare else None,
            # The months of which it is the final one, from their first day on.
            "is_compared_as_final": may_compare
            and bool(found["final_for"])
            and _compared(read, date.fromisoformat(f"{found['final_for'][0]}-01")) == number,
        }
    return visit.show("publication.html.j2", causes=code_names("cause"), **shown)


def _compared(read: Reading, on: date) -> int | None:
    """Which publication is compared with what is known now of a date; None where it is too old."""
    found: int | None = read("compared_publication", on=on)[0]["publication"]
    return found


@page.router.get("/publications/{build}/release")
def ask_release(build: int, visit: Visit = page.visitor) -> Response:
    """What a release of a held night will do, before it is done."""
    with visit.reading() as read:
        held = [row for row in read("held_build") if row["build"] == build]
        if not held:
            raise HTTPException(404)
        return visit.show("release.html.j2", night=held[0], failed=read("failed_checks", build=build))


@page.router.post("/publications/{build}/release")
def release(build: int, reason: Reason, visit: Visit = page.visitor) -> Response:
    """Publish it on the record."""
    with visit.acting():
        number = publications.release_night(build, reason)
    return visit.go("/publications", f"已放行并发布：第 {number} 号 | Released and published: no. {number}")


@page.router.get("/publications/{number}/roll-back")
def ask_roll_back(number: int, visit: Visit = page.visitor) -> Response:
    """What a rollback will take back, before it is done."""
    with visit.reading() as read:
        leaving = read("publications_from", publication=number)
        if not leaving:
            raise HTTPException(404)
        shown = {
            "number": number,
            "leaving": leaving,
            "before": read.one("publication_before", publication=number),
            "deliveries": read("deliveries_accepted_from", publication=number),
        }
    return visit.show("roll_back.html.j2", **shown)


@page.router.post("/publications/{number}/roll-back")
def roll_back(
    number: int, reason: Reason, withdraw: Annotated[list[int] | None, Form()] = None, visit: Visit = page.visitor
) -> Response:
    """Take it and every later one back on the record."""
    with visit.acting():
        standing = publications.roll_back(number, withdraw or [], reason)
    zh = "没有现行发布" if standing is None else f"现行发布为第 {standing} 号"
    en = "nothing is published now" if standing is None else f"no. {standing} is shown now"
    return visit.go(
        "/publications", f"已撤回第 {number} 号及其后的发布；{zh} | Rolled back no. {number} and later; {en}"
    )
