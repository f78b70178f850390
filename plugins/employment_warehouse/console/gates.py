"""Gates: the checks before a delivery is accepted (1) and before a night is published (2)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import Form
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from employment_warehouse import gate as gates
from employment_warehouse import publication
from employment_warehouse.console.connections import Row
from employment_warehouse.console.page import Page, Visit
from employment_warehouse.console.paging import list_page
from employment_warehouse.console.rendering import READ_HERE

page = Page("/gates", "检查", "Gates", needs=("ops.check_result", "marts.data_quality"))


@page.router.get("/gates")
def show(
    build: int | None = None,
    gate: int = 2,
    passed: bool = False,
    visit: Visit = page.visitor,
) -> Response:
    """The checks of a build, those that failed first; readers of marts see those of the publication."""
    of_all = visit.may("ops.check_result")
    with visit.reading() as read:
        if of_all:
            builds = read("builds", build=build)
            chosen = build or (builds[0]["build"] if builds else 0)
            listed = list_page(visit, read, "checks_of_build", build=chosen, gate=gate, all=passed)
        else:
            builds, chosen, listed = [], None, list_page(visit, read, "own_checks", gate=gate, all=passed)
        waivers = read("waivers") if visit.may("ops.waiver") else []
    has_docs = _data_docs(builds, chosen, gate) is not None
    return visit.show(
        "gates.html.j2",
        builds=builds,
        chosen=chosen,
        gate=gate,
        passed=passed,
        listed=listed,
        waivers=waivers,
        has_docs=has_docs,
    )


@page.router.get("/gates/data-docs/{build}/{gate}")
def show_data_docs(build: int, gate: int, visit: Visit = page.visitor) -> Response:
    """The page of Great Expectations about one gate of a build, for those who read the results of checks."""
    if not visit.may("ops.check_result"):
        raise HTTPException(404)
    with visit.reading() as read:
        path = _data_docs(read("builds", build=build), build, gate)
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, media_type="text/html; charset=utf-8", headers=READ_HERE)


def _data_docs(builds: list[Row], build: int | None, gate: int) -> Path | None:
    """The page of one gate, where it was written, of a build that the database shows to this login."""
    if build is None or gate not in (1, 2) or build not in {row["build"] for row in builds}:
        return None
    path = gates.data_docs_of(build, gate)
    return path if path.is_file() else None


@page.router.get("/gates/waiver")
def ask_waiver(check: str, unit: str, visit: Visit = page.visitor) -> Response:
    """What a waiver of a check covers, before it is granted."""
    with visit.reading() as read:
        failed = read.one("failed_check", check=check, unit=unit) if visit.may("ops.grant_waiver") else None
    if failed is None:
        raise HTTPException(404)
    return visit.show("waiver.html.j2", failed=failed)


@page.router.post("/gates/waiver")
def grant_waiver(  # noqa: PLR0913, PLR0917  each a field of the form
    check: str,
    unit: str,
    first: Annotated[date, Form()],
    last: Annotated[date, Form()],
    reason: Annotated[str, Form()],
    visit: Visit = page.visitor,
) -> Response:
    """Let the check of the unit fail on these dates without holding anything, on the record."""
    with visit.acting():
        publication.grant_waiver(check, unit, first, last, reason)
    return visit.go("/gates", f"已豁免 {check}，{first} 至 {last} | {check} is waived, {first} to {last}")
