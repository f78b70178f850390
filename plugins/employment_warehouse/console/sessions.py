"""Who is signed in. Sessions are only in the memory of this process and end with it."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response

from employment_warehouse.database.connections import Address

IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 10 * 60 * 60
CONNECTIONS = 2  # of one session at once; fewer than the database allows a login, which other programs use too
REQUESTS = 4  # of one login at once
LONGEST_WAIT_SECONDS = 15  # for a turn, and for a connection


@dataclass
class Session:
    """One person who has signed in. address: with the keys of the login's password, kept for as long as the session.

    rights: relations and functions of the database that the login may use, as `ops.act` or `ops.roll_back`; it decides
    what the menu shows, and the database decides what is done. counties: those of the login; none for others.
    token: what every form of this session carries.
    """

    address: Address = field(repr=False)
    rights: frozenset[str]
    counties: tuple[str, ...]
    began: float
    used: float
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    notice: str = ""
    places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(CONNECTIONS), repr=False
    )

    @property
    def login(self) -> str:
        return self.address.user

    def pop_notice(self) -> str:
        """What was just done, shown once."""
        notice, self.notice = self.notice, ""
        return notice


class Sessions:
    """The sessions of one console, by the random text in the cookie."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._sessions: dict[str, Session] = {}

    def begin(self, response: Response, session: Session, *, is_encrypted: bool) -> None:
        """Keep the session, and give the browser its cookie."""
        self._drop_ended()
        key = secrets.token_urlsafe(32)
        self._sessions[key] = session
        set_cookie(response, cookie_name(is_encrypted), key, is_encrypted=is_encrypted)

    def find(self, request: HTTPConnection) -> Session | None:
        """The session of a request; None if it has none, or it has ended."""
        self._drop_ended()
        found = self._sessions.get(request.cookies.get(cookie_name(request.app.state.is_encrypted), ""))
        if found:
            found.used = self.clock()
        return found

    def end(self, session: Session) -> None:
        """From now on its cookie opens nothing."""
        self._drop(lambda kept: kept is session)

    def end_of(self, login: str) -> None:
        """End every session of a login."""
        self._drop(lambda kept: kept.login == login)

    def _drop_ended(self) -> None:
        now = self.clock()
        self._drop(lambda kept: now - kept.used >= IDLE_SECONDS or now - kept.began >= LONGEST_SECONDS)

    def _drop(self, has_ended: Callable[[Session], bool]) -> None:
        for key, kept in list(self._sessions.items()):
            if has_ended(kept):
                self._sessions.pop(key, None)


class Turns:
    """Limits how many requests of one login are processed at once, in however many sessions. The others wait without
    taking one of the threads that everybody's pages, the sign-in and /health share.
    """

    def __init__(self) -> None:
        self._of: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(REQUESTS))

    @asynccontextmanager
    async def turn(self, login: str) -> AsyncIterator[None]:
        """Wait for one of the login's turns, and hold it during the block. Raises HTTPException (503)."""
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                await self._of[login].acquire()
        except TimeoutError:
            raise HTTPException(503) from None
        try:
            yield
        finally:
            self._of[login].release()


def cookie_name(is_encrypted: bool) -> str:
    """Under TLS a name that browsers accept from this host alone."""
    return "__Host-console" if is_encrypted else "console"


def set_cookie(response: Response, name: str, value: str, *, is_encrypted: bool) -> None:
    """A cookie that no script reads and no other site sends; it lasts as long as the browser."""
    response.set_cookie(name, value, httponly=True, samesite="strict", secure=is_encrypted, path="/")
