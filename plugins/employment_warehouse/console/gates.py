"""Gates: the checks before a delivery is taken in (1) and before a night is published (2)."""

from __future__ import annotations

from fastapi.responses import Response

from employment_warehouse.console.page import Page, Visit

page = Page("/gates", "检查", "Gates", needs=("ops.check_result", "marts.data_quality"))


@page.router.get("/gates")
def show(
    build: int | None = None,
    gate: int = 2,
    passed: bool = False,
    visit: Visit = page.visitor,
) -> Response:
    """The checks of a build, those that failed first; readers of marts see those of the publication."""
    with visit.reading() as read:
        if visit.may("ops.check_result"):
            builds = read("builds")
            chosen = build or (builds[0]["build"] if builds else 0)
            checks = read("checks_of_build", build=chosen, gate=gate, all=passed)
        else:
            builds, chosen, checks = [], None, read("own_checks", gate=gate, all=passed)
    return visit.show("gates.html.j2", builds=builds, chosen=chosen, gate=gate, passed=passed, checks=checks)
