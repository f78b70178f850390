"""Who did what: every decision, by whom, when and why."""

from __future__ import annotations

from fastapi.responses import Response

from employment_warehouse.console.page import Page, Visit
from employment_warehouse.console.paging import list_page

page = Page("/acts", "操作记录", "Who did what", needs=("ops.act",))


@page.router.get("/acts")
def show(login: str = "", kind: str = "", visit: Visit = page.visitor) -> Response:
    """The newest first."""
    with visit.reading() as read:
        listed = list_page(visit, read, "acts", login=login or None, kind=kind or None)
        kinds = [row["kind"] for row in read("act_kinds")]
    return visit.show("acts.html.j2", acts=listed.rows, listed=listed, kinds=kinds, login=login, kind=kind)
