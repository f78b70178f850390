"""Cases: what a county has to do, the most urgent first; a case worker explains one, and is shown a person of it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Form
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from employment_warehouse.console.connections import Reading, Row
from employment_warehouse.console.page import Page, Visit
from employment_warehouse.console.paging import list_page
from employment_warehouse.console.wording import EVIDENCE
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.database import OWN_LOGIN, connect, refusals
from employment_warehouse.identity import opener
from employment_warehouse.report.cases import case_title, closes_when
from employment_warehouse.report.labels import names
from employment_warehouse.runtime import case_work
from employment_warehouse.settings import current_home

# What names the subject of a case to those who work on it, in marts.finding_case.evidence.
SUBJECTS = ("feed", "household_no", "post_no", "workshop_no", "project_no", "case_no", "person_key")

page = Page("/cases", "待办事项", "Cases", needs=("marts.finding_case",))


@page.router.get("/cases")
def show(kind: str = "", county: str = "", closed: bool = False, visit: Visit = page.visitor) -> Response:
    """The open cases of the county, or of those that the login reads; on request those that are closed."""
    with visit.reading() as read:
        counts = read("case_counts", county=county or None)
        total = sum(row["closed" if closed else "open"] for row in counts if kind in ("", row["case_kind"]))
        wanted = {"kind": kind or None, "county": county or None, "closed": closed}
        shown = {
            "listed": list_page(visit, read, "cases", total, **wanted),
            "counts": [row for row in counts if row["open"]],
            "names": names(read("names")),
            "publication": read.one("standing_publication_of_readers"),
        }
    return visit.show(
        "cases.html.j2",
        kind=kind,
        county=county,
        closed=closed,
        counties=[code for code in divisions().counties if not visit.session.counties],
        closes=closes_when(),
        case_title=case_title,
        about=about,
        **shown,
    )


@page.router.get("/cases/one")
def show_one(kind: str, finding: str, key: str, visit: Visit = page.visitor) -> Response:
    """One case: the evidence, who must act, and what closes it."""
    with visit.reading() as read:
        shown = {
            "case": _case(read, kind, finding, key),
            "explanations": read("explanations", subject=f"{kind}:{finding}:{key}"),
            "names": names(read("names")),
        }
    return visit.show(
        "case.html.j2", closes=closes_when(), case_title=case_title, about=about, evidence_names=EVIDENCE, **shown
    )


@page.router.post("/cases/one")
def explain(
    kind: str, finding: str, key: str, explanation: Annotated[str, Form()], visit: Visit = page.visitor
) -> Response:
    """What a case worker has to say about it, on the record."""
    with visit.acting(), refusals(), connect(OWN_LOGIN) as connection:
        connection.execute("set transaction read write")
        connection.execute("select ops.explain_case(%s, %s, %s, %s)", (kind, finding, key, explanation))
    where = urlencode({"kind": kind, "finding": finding, "key": key})
    return visit.go(f"/cases/one?{where}", "已登记说明 | Your explanation is on the record")


@page.router.get("/cases/persons")
def show_persons(kind: str, finding: str, key: str, visit: Visit = page.visitor) -> Response:
    """The persons of a case, by their tokens, for a case worker."""
    return _show_persons(visit, kind, finding, key)


@page.router.post("/cases/persons")
def reveal(  # noqa: PLR0913, PLR0917  each a field of the form
    kind: str,
    finding: str,
    key: str,
    person: Annotated[UUID, Form()],
    purpose: Annotated[str, Form()],
    visit: Visit = page.visitor,
) -> Response:
    """Show one person's identity, this once; it is on the record before it is shown."""
    with visit.acting():
        sealed = case_work.sealed_identity(person, purpose)
    identity = opener.ask(current_home().uploads, sealed, person)
    return _show_persons(visit, kind, finding, key, shown=person, identity=identity)


def _show_persons(visit: Visit, kind: str, finding: str, key: str, **revealed: object) -> Response:
    if not visit.may("vault.reveal"):
        raise HTTPException(403)
    with visit.reading() as read:
        shown = {
            "case": _case(read, kind, finding, key),
            "persons": read("persons_of_case", kind=kind, finding=finding, key=key),
            "most": read("reveal_limit")[0]["most"],
            "names": names(read("names")),
        }
    return visit.show(
        "persons.html.j2", case_title=case_title, **({"shown": None, "identity": None} | revealed), **shown
    )


def _case(read: Reading, kind: str, finding: str, key: str) -> Row:
    """The case, if the login may see it."""
    found = read.one("case", kind=kind, finding=finding, key=key)
    if found is None:
        raise HTTPException(404)
    return found


def about(case: Row) -> str:
    """What a case is about: the number that its county knows, or the feed that is due."""
    evidence = case["evidence"] if isinstance(case["evidence"], dict) else {}
    return next((str(evidence[name]) for name in SUBJECTS if evidence.get(name)), "")
