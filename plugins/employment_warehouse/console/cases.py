"""Cases: what a county has to do, the most urgent first; a case worker explains one, and is shown a person of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Form
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from employment_warehouse.console.connections import Reading, Row
from employment_warehouse.console.console_names import EVIDENCE
from employment_warehouse.console.page import Page, Visit, day_of
from employment_warehouse.console.paging import list_page
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.database import OWN_LOGIN, connect, refusals
from employment_warehouse.identity import opener
from employment_warehouse.report.cases import case_title, closes_when, subject
from employment_warehouse.report.code_names import Labels, names
from employment_warehouse.runtime import revealing
from employment_warehouse.settings import current_home

page = Page("/cases", "待办事项", "Cases", needs=("marts.finding_case",))


@dataclass(frozen=True)
class CaseAddress:
    """The case that an address names. opened_on: of those with this key the one that began then; without it the one
    that is open, or else the latest."""

    kind: str
    finding: str
    key: str
    opened_on: str = ""

    @property
    def query(self) -> str:
        """The query part of an address that names the case."""
        return urlencode(asdict(self))


WantedCase = Annotated[CaseAddress, Depends()]


@page.router.get("/cases")
def show(kind: str = "", county: str = "", closed: bool = False, visit: Visit = page.visitor) -> Response:
    """The open cases of the county, or of those that the login reads; on request those that are closed."""
    with visit.reading() as read:
        counts = read("case_counts", county=county or None)
        states = ("closed",) if closed else ("open", "waived")
        total = sum(row[state] for row in counts for state in states if kind in ("", row["case_kind"]))
        wanted = {"kind": kind or None, "county": county or None, "closed": closed}
        shown = {
            "listed": list_page(visit, read, "cases", total, **wanted),
            "counts": [row for row in counts if row["open"]],
            "waived": sum(row["waived"] for row in counts),
            "names": names(read("names")),
            "publication": read.one("standing_publication_of_readers"),
        }
    return visit.show(
        "cases.html.j2",
        kind=kind,
        county=county,
        closed=closed,
        counties=[code for code in divisions().counties if not visit.session.counties],
        closes=_closes_when(shown["publication"]),
        case_title=case_title,
        subject=subject,
        query_of=query_of,
        **shown,
    )


@page.router.get("/cases/one")
def show_one(wanted: WantedCase, visit: Visit = page.visitor) -> Response:
    """One case: the evidence, who must act, and what closes it."""
    with visit.reading() as read:
        shown = {
            "case": _case(read, wanted),
            "explanations": read("explanations", subject=f"{wanted.kind}:{wanted.finding}:{wanted.key}"),
            "names": names(read("names")),
            "closes": _closes_when(read.one("standing_publication_of_readers")),
        }
    return visit.show(
        "case.html.j2",
        case_title=case_title,
        subject=subject,
        query_of=query_of,
        evidence_names=EVIDENCE,
        **shown,
    )


@page.router.post("/cases/one")
def explain(wanted: WantedCase, explanation: Annotated[str, Form()], visit: Visit = page.visitor) -> Response:
    """What a case worker has to say about it, on the record."""
    with visit.acting(), refusals(), connect(OWN_LOGIN) as connection:
        connection.execute("set transaction read write")
        connection.execute(
            "select ops.explain_case(%s, %s, %s, %s)", (wanted.kind, wanted.finding, wanted.key, explanation)
        )
    return visit.go(f"/cases/one?{wanted.query}", "已登记说明 | Your explanation is on the record")


@page.router.get("/cases/persons")
def show_persons(wanted: WantedCase, visit: Visit = page.visitor) -> Response:
    """The persons of a case, by their tokens, for a case worker."""
    return _show_persons(visit, wanted)


@page.router.post("/cases/persons")
def reveal(
    wanted: WantedCase,
    person: Annotated[UUID, Form()],
    purpose: Annotated[str, Form()],
    visit: Visit = page.visitor,
) -> Response:
    """Show one person's identity, this once; it is on the record before it is shown."""
    with visit.acting():
        sealed = revealing.sealed_identity(person, purpose)
    identity = opener.ask(current_home().uploads, sealed, person)
    return _show_persons(visit, wanted, shown=person, identity=identity)


def _show_persons(visit: Visit, wanted: CaseAddress, **revealed: object) -> Response:
    if not visit.may("vault.reveal"):
        raise HTTPException(403)
    with visit.reading() as read:
        shown = {
            "case": _case(read, wanted),
            "persons": read("persons_of_case", **_parameters(wanted)),
            "most": read("reveal_limit")[0]["most"],
            "names": names(read("names")),
        }
    return visit.show(
        "persons.html.j2",
        case_title=case_title,
        query_of=query_of,
        **({"shown": None, "identity": None} | revealed),
        **shown,
    )


def _parameters(wanted: CaseAddress) -> dict[str, object]:
    return asdict(wanted) | {"opened_on": day_of(wanted.opened_on)}


def _closes_when(publication: Row | None) -> Labels:
    """What closes a case, by kind, as of a publication."""
    return closes_when(publication["report_date"]) if publication else Labels()


def _case(read: Reading, wanted: CaseAddress) -> Row:
    """The case, if the login may see it."""
    found = read.one("case", **_parameters(wanted))
    if found is None:
        raise HTTPException(404)
    return found


def query_of(case: Row) -> str:
    """What names a case in an address."""
    return CaseAddress(case["case_kind"], case["finding"], case["case_key"], str(case["opened_on"])).query
