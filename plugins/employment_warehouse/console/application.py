"""The application: its pages, the headers of every response, and what it says when something is refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse
from psycopg import pq
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from employment_warehouse import settings
from employment_warehouse.console import menu, refusals, signing_in, uploads
from employment_warehouse.console.connections import database_of
from employment_warehouse.console.rendering import LANGUAGES, open_pages
from employment_warehouse.console.sessions import Sessions, Turns, set_cookie
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
    application.state.turns = Turns()
    application.state.pages = menu.PAGES
    application.state.attempts = signing_in.Attempts()
    application.state.receiving = uploads.Receptions()
    application.state.is_encrypted = settings.console_url().startswith("https://")
    application.add_middleware(ResponseHeaders)
    for kind, handler in (
        (psycopg.Error, refusals.of_database),
        (UserError, refusals.of_user_error),
        (HTTPException, refusals.of_request),
        (RequestValidationError, refusals.of_input),
    ):
        application.exception_handler(kind)(handler)
    application.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    application.add_api_route("/health", _health)
    application.add_api_route("/", _first_page, include_in_schema=False)
    application.include_router(signing_in.router)
    for page in menu.PAGES:
        application.include_router(page.router)
    return application


class ResponseHeaders:
    """Around all pages: the headers of every response, a fault's too. Nothing is raised: a server logs its text."""

    def __init__(self, application: ASGIApp) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        request, has_begun = Request(scope), False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                _add_headers(request, MutableHeaders(scope=message))
            await send(message)

        try:
            await (_too_large(request) or self.application)(scope, receive, send_with_headers)
        except Exception as fault:
            response = refusals.of_fault(request, fault)
            # A file that has begun is broken off: whoever downloads it sees that it is not whole.
            if not has_begun:
                await response(scope, receive, send_with_headers)


def _add_headers(request: Request, headers: MutableHeaders) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if (chosen := request.query_params.get("language")) in LANGUAGES:
        cookie = Response()
        set_cookie(cookie, "language", chosen, is_encrypted=request.app.state.is_encrypted)
        headers.append("set-cookie", cookie.headers["set-cookie"])
    if request.app.state.is_encrypted:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def _too_large(request: Request) -> Response | None:
    """The refusal of a large form, of anybody, before any of it is read: only uploads are large, and their page has a
    limit of its own.
    """
    if request.method != "POST" or request.url.path == uploads.page.path:
        return None
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        return refusals.of_request(request, HTTPException(411, "表单须注明长度 | a form has to say its length"))
    if int(length) > LARGEST_FORM:
        return refusals.of_request(request, HTTPException(413, "表单过大 | the form is too large"))
    return None


def _health() -> Response:
    """Whether the database answers; nobody signs in for it."""
    at = database_of("", "")
    is_reachable = pq.PGconn.ping(f"host='{at.host}' port={at.port} connect_timeout=5".encode()) == pq.Ping.OK
    return PlainTextResponse("ok" if is_reachable else "no database", 200 if is_reachable else 503)


def _first_page(request: Request) -> Response:
    """The first page of the user's menu."""
    session = request.app.state.sessions.find(request)
    pages = open_pages(request, session)
    return RedirectResponse(pages[0].path if pages else "/sign-in", 303)
