"""The application: its pages, the headers of every answer, and what it says when something is refused."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse
from psycopg import pq
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from employment_warehouse import settings
from employment_warehouse.console import menu, refusals, signing_in, uploads
from employment_warehouse.console.connections import database_of
from employment_warehouse.console.rendering import open_pages
from employment_warehouse.console.sessions import Sessions, set_cookie
from employment_warehouse.errors import UserError

LARGEST_FORM = 1 << 20  # a rollback that ticks every delivery of a year has 300 KB
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self';"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


def create(clock: Callable[[], float] = time.monotonic) -> FastAPI:
    """The console of the database that PGHOST, PGPORT and PGDATABASE name. clock: seconds, by which sessions end."""
    application = FastAPI(title="console", docs_url=None, redoc_url=None, openapi_url=None)
    application.state.sessions = Sessions(clock)
    application.state.pages = menu.PAGES
    application.state.attempts = signing_in.Attempts()
    application.state.receiving = uploads.Receiving()
    application.state.is_encrypted = settings.console_url().startswith("https://")
    application.middleware("http")(_refuse_large_forms)
    application.middleware("http")(_add_headers)
    for kind, answer in (
        (psycopg.Error, refusals.of_database),
        (UserError, refusals.of_user_error),
        (HTTPException, refusals.of_request),
        (RequestValidationError, refusals.of_input),
        (Exception, refusals.of_fault),
    ):
        application.exception_handler(kind)(answer)
    application.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    application.add_api_route("/health", _health)
    application.add_api_route("/", _first_page, include_in_schema=False)
    application.include_router(signing_in.router)
    for page in menu.PAGES:
        application.include_router(page.router)
    return application


async def _add_headers(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await answer(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if chosen := request.query_params.get("language"):
        set_cookie(response, "language", chosen, is_encrypted=request.app.state.is_encrypted)
    if request.app.state.is_encrypted:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


async def _refuse_large_forms(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Before any of it is read, of anybody: only uploads are large, and their page has a limit of its own."""
    if request.method == "POST" and request.url.path != uploads.page.path:
        length = request.headers.get("content-length", "")
        if not length.isdecimal():
            return refusals.of_request(request, HTTPException(411, "表单须注明长度 | a form has to say its length"))
        if int(length) > LARGEST_FORM:
            return refusals.of_request(request, HTTPException(413, "表单过大 | the form is too large"))
    return await answer(request)


def _health() -> Response:
    """Whether the database answers; nobody signs in for it."""
    at = database_of("", "")
    answers = pq.PGconn.ping(f"host='{at.host}' port={at.port} connect_timeout=5".encode()) == pq.Ping.OK
    return PlainTextResponse("ok" if answers else "no database", 200 if answers else 503)


def _first_page(request: Request) -> Response:
    """The first page of the user's menu."""
    session = request.app.state.sessions.find(request)
    pages = open_pages(request, session)
    return RedirectResponse(pages[0].path if pages else "/sign-in", 303)
