"""A page of the console: declared once, with the rights that a user needs to open it."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from employment_warehouse.console import connections, rendering
from employment_warehouse.console.connections import Reading
from employment_warehouse.console.sessions import Session


class SignInNeeded(HTTPException):
    """Nobody is signed in, or the session has ended."""

    def __init__(self) -> None:
        super().__init__(401)


@dataclass(frozen=True)
class Visit:
    """One request of a user who is signed in and may open the page."""

    request: Request
    session: Session
    page: Page

    def may(self, right: str) -> bool:
        """Whether the login may use a relation or function: only what it may do is offered to it."""
        return right in self.session.rights

    def reading(self) -> AbstractContextManager[Reading]:
        """Query as this login: `with visit.reading() as read: rows = read("alerts")`."""
        return connections.reading(self.session)

    def acting(self) -> AbstractContextManager[None]:
        """In the block acts are in this person's name: `with visit.acting(): publication.close_month(month)`."""
        return connections.acting(self.session)

    def show(self, template: str, **shown: Any) -> Response:
        """The page, as the template makes it."""
        return HTMLResponse(rendering.render(self.request, self.session, template, page=self.page, **shown))

    def go(self, path: str, notice: str = "") -> Response:
        """After an act: to a page, which says once what was done."""
        self.session.notice = notice
        return RedirectResponse(path, 303)


async def take_turn(request: Request) -> AsyncIterator[Session]:
    """Dependency: the session, in one of its login's turns until the request is answered. Raises HTTPException (401,
    503).
    """
    async with request.app.state.turns.turn(_signed_in(request).login):
        yield _signed_in(request)  # it may have ended while the request waited


def _signed_in(request: Request) -> Session:
    session: Session | None = request.app.state.sessions.find(request)
    if session is None:
        raise SignInNeeded
    return session


InTurn = Annotated[Session, Depends(take_turn)]


@dataclass(frozen=True)
class Page:
    """needs: what of the database opens it, any one of them (`ops.delivery`, `marts.finding_case`, `ops.add_user`)."""

    path: str
    zh: str
    en: str
    needs: tuple[str, ...]
    router: APIRouter = field(default_factory=APIRouter, compare=False)

    def is_open_to(self, session: Session) -> bool:
        """Whether the database grants the login something of what the page needs."""
        return any(right in session.rights for right in self.needs)

    async def visit(self, request: Request, session: InTurn) -> Visit:
        """Dependency of each of its routes. Refuses who is not signed in or may not, and a form that is not its own."""
        if not self.is_open_to(session):
            raise HTTPException(403)
        if request.method not in {"GET", "HEAD"}:
            await assert_own_form(request, session.token)
        return Visit(request, session, self)

    @property
    def visitor(self) -> Any:
        """The default of a route's parameter: `def show(visit: Visit = page.visitor)`."""
        return Depends(self.visit)


def day_of(text: str) -> date | None:
    """The day that a field of a search names; None where it is empty or no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def assert_own_form(request: Request, token: str) -> None:
    """Refuse a form that was not made for this session, or that another site has sent. Raises HTTPException (403)."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403, "form")
    sent = request.headers.get("x-form-token") or (await request.form()).get("token")
    if not isinstance(sent, str) or not token or not hmac.compare_digest(sent.encode(), token.encode()):
        raise HTTPException(403, "form")
