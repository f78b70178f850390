"""Reports, to read and to download; those of earlier publications are kept."""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from employment_warehouse import workbook_style
from employment_warehouse.console.page import Page, Visit
from employment_warehouse.console.paging import list_page
from employment_warehouse.console.rendering import READ_HERE
from employment_warehouse.settings import current_home

page = Page("/reports", "报告", "Reports", needs=("ops.readable_products",))
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".xlsx": workbook_style.MEDIA_TYPE,
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@page.router.get("/reports")
def show(visit: Visit = page.visitor) -> Response:
    """Those that the login may read, the newest first."""
    with visit.reading() as read:
        listed = list_page(visit, read, "products", stem=None)
    for product in listed.rows:
        product["files"] = _files(product["stem"])
        product["unit"] = product["stem"].partition("weekly-")[2].partition("-")[2]
    return visit.show(
        "reports.html.j2", products=[product for product in listed.rows if product["files"]], listed=listed
    )


@page.router.get("/reports/{stem:path}/file{suffix}")
def read_file(stem: str, suffix: str, visit: Visit = page.visitor) -> Response:
    """One file: pages are shown, the others downloaded. The database says which the login may read."""
    with visit.reading() as read:
        is_known = read.one("products", stem=stem, rows=1, skipped=0) is not None
    path = current_home().shared / f"{stem}{suffix}"
    if not is_known or suffix not in KINDS or not path.is_file():
        raise HTTPException(404)
    is_page = suffix == ".html"
    return FileResponse(
        path,
        media_type=KINDS[suffix],
        headers=READ_HERE if is_page else None,
        filename=path.name,
        content_disposition_type="inline" if is_page else "attachment",
    )


def _files(stem: str) -> list[str]:
    """The endings of a product's files that are there."""
    path: Path = current_home().shared / stem
    return [suffix for suffix in KINDS if path.with_name(path.name + suffix).is_file()]
