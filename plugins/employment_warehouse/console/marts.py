"""Marts: a catalogue of tables and columns with what they mean; a preview, and the whole as CSV or XLSX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import IO

from fastapi.responses import FileResponse, Response, StreamingResponse
from psycopg import sql
from starlette.exceptions import HTTPException

from employment_warehouse import settings, workbook_style
from employment_warehouse.console.console_names import UNITS_OF_MEASURE
from employment_warehouse.console.mart_files import csv_of, workbook_of
from employment_warehouse.console.page import Page, Visit
from employment_warehouse.transform import docs_page

page = Page("/marts", "监测表", "Marts", needs=("marts.publications",))
PREVIEW = 50
# dbt's page is a program: it may run, but has no origin, so that it reaches neither the session nor anything outside.
SCRIPTED = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:;"
        " font-src data:; sandbox allow-scripts"
    )
}
REFERENCE = re.compile(r"\{\{\s*(?:ref|accepted_rows|source)\(\s*'([^']+)'(?:\s*,\s*'([^']+)')?\s*\)")


@page.router.get("/marts")
def show(words: str = "", visit: Visit = page.visitor) -> Response:
    """Those that the login may read, by a word of their name or meaning."""
    with visit.reading() as read:
        found = read("marts", words=words)
    return visit.show("marts.html.j2", marts=found, words_wanted=words, has_docs=docs_page().is_file())


@page.router.get("/marts/dbt-docs")
def show_docs(visit: Visit = page.visitor) -> Response:
    """dbt's own documentation of the models, as `warehouse docs` has written it, for those who read marts."""
    with visit.reading() as read:
        read("standing_publication_of_readers")  # the database refuses whom it no longer admits
    if not docs_page().is_file():
        raise HTTPException(404)
    return FileResponse(docs_page(), media_type="text/html; charset=utf-8", headers=SCRIPTED)


@page.router.get("/marts/{mart}")
def show_one(mart: str, rows: bool = False, visit: Visit = page.visitor) -> Response:
    """What its columns mean, where they come from, and its first rows.

    A county's first rows are shown when asked for: the database reads all rows of the county for them (decision 20).
    """
    is_shown = rows or not visit.session.counties
    with visit.reading() as read:
        columns = read("mart_columns", mart=mart)
        if not columns:
            raise HTTPException(404)
        [about] = [row for row in read("marts", words=mart) if row["name"] == mart]
        first_rows = read.connection.execute(_first_rows(mart)).fetchall() if is_shown else []
        shown = {"indicators": read("indicators_of_mart", mart=mart), "publication": read.one("visible_publication")}
    known = _lineage()
    return visit.show(
        "mart.html.j2",
        mart=about,
        columns=columns,
        rows=first_rows,
        is_shown=is_shown,
        units_of_measure=UNITS_OF_MEASURE,
        comes_from=known.get(mart, []),
        goes_to=sorted(name for name, sources in known.items() if mart in sources),
        **shown,
    )


@page.router.get("/marts/{mart}/rows.csv")
def download_csv(mart: str, visit: Visit = page.visitor) -> Response:
    """Every row."""
    _assert_readable(visit, mart)

    def content() -> Iterator[bytes]:
        with visit.reading() as read:
            yield from csv_of(read, mart)

    return StreamingResponse(content(), media_type="text/csv; charset=utf-8", headers=_attachment(f"{mart}.csv"))


@page.router.get("/marts/{mart}/rows.xlsx")
def download_xlsx(mart: str, visit: Visit = page.visitor) -> Response:
    """Every row, unless they are more than a sheet holds."""
    _assert_readable(visit, mart)
    with visit.reading() as read:
        file = workbook_of(read, mart)
    return StreamingResponse(_pieces(file), media_type=workbook_style.MEDIA_TYPE, headers=_attachment(f"{mart}.xlsx"))


def _assert_readable(visit: Visit, mart: str) -> None:
    if not visit.may(f"marts.{mart}"):
        raise HTTPException(404)


def _first_rows(mart: str) -> sql.Composed:
    return sql.SQL("select * from {} limit {}").format(sql.Identifier("marts", mart), sql.Literal(PREVIEW))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(1 << 16):
            yield piece


def _attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


@cache
def _lineage() -> dict[str, list[str]]:
    """Model → the models and feeds that it is computed from, as its SQL names them."""
    folder = settings.project_root() / "dbt_project" / "models"
    return {
        path.stem: sorted({second or first for first, second in REFERENCE.findall(path.read_text("utf-8"))})
        for path in folder.rglob("*.sql")
    }
