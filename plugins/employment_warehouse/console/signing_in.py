"""Signing in with the login and password of the database, and out."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from dataclasses import replace
from typing import Annotated
from urllib.parse import quote

import psycopg
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.concurrency import run_in_threadpool

from employment_warehouse.console import rendering
from employment_warehouse.console.connections import database_of, is_sign_in_refused, reading
from employment_warehouse.console.page import assert_own_form
from employment_warehouse.console.sessions import Session, set_cookie
from employment_warehouse.database import scram

router = APIRouter()
MINUTES = 15  # in which so many sign-ins may fail
LOGIN_LIMIT = RateLimitItemPerMinute(5, MINUTES)
ADDRESS_LIMIT = RateLimitItemPerMinute(20, MINUTES)
LONGEST_LOGIN, LONGEST_PASSWORD = 63, 1000  # as in the form
FORM = "sign-in"
REFUSED = ("登录名或口令不正确", "The login or the password is wrong")
TOO_MANY = (f"失败次数过多，请{MINUTES}分钟后再试", f"Too many failures: try again in {MINUTES} minutes")
UNSENT = (
    "登录已失效，刚才填写的内容没有提交，没有作任何改动；请登录后重新填写",
    "The session has ended: what you filled in was not sent, and nothing was changed. Sign in and fill it in again",
)
NOT_A_PERSON = ("程序和管理员的登录名不能在此登录", "Logins of programs and of the administrator do not sign in here")
TOO_COSTLY = (
    "该登录名的口令校验值计算次数过多，不能在此登录；请联系操作员重设口令",
    "The verifier of this login's password asks for too much hashing: an operator can give you a new password",
)


class Attempts:
    """Failed sign-ins of the last minutes, by login and by address, and those under way: each of these may fail yet."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._under_way: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def begin(self, login: str, address: str) -> bool:
        """Whether one more attempt may be made; if so, it is under way until it has ended."""
        counted = _limits_of(login, address)
        with self._lock:
            if not all(self._limiter.test(limit, *whose, cost=self._under_way[whose] + 1) for limit, whose in counted):
                return False
            self._under_way.update(whose for _, whose in counted)
        return True

    def end(self, login: str, address: str, *, is_failure: bool) -> None:
        """An attempt that had begun has ended."""
        counted = _limits_of(login, address)
        with self._lock:
            self._under_way -= Counter(whose for _, whose in counted)  # which leaves no zeros
            for limit, whose in counted if is_failure else ():
                self._limiter.hit(limit, *whose)


def _limits_of(login: str, address: str) -> list[tuple[RateLimitItem, tuple[str, str]]]:
    return [(LOGIN_LIMIT, ("login", login)), (ADDRESS_LIMIT, ("address", address))]


def sign_in_path(following: str, *, is_unsent: bool = False) -> str:
    """The form of the sign-in that leads to a page afterwards. is_unsent: says that a form was not taken."""
    return f"/sign-in?next={quote(following)}{'&unsent=true' if is_unsent else ''}"


@router.get("/sign-in")
def show_form(request: Request) -> Response:
    """The form."""
    unsent = UNSENT if "unsent" in request.query_params else None
    return _form(request, request.query_params.get("next", "/"), unsent)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    following: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Begin a session, if the database takes login and password."""
    await assert_own_form(request, request.cookies.get(FORM, ""))
    state, address = request.app.state, request.client.host if request.client else ""
    if not state.attempts.begin(login, address):
        return _form(request, following, TOO_MANY, 429)
    is_refused = False
    try:
        known = _is_possible(login, password)
        session = await run_in_threadpool(_begin, login, password, state.sessions.clock()) if known else None
        is_refused = session is None
    finally:
        state.attempts.end(login, address, is_failure=is_refused)
    if session is None:
        return _form(request, following, REFUSED, 403)
    if isinstance(session, tuple):
        return _form(request, following, session, 403)
    response = RedirectResponse(_local(following), 303)
    state.sessions.begin(response, session, is_encrypted=state.is_encrypted)
    response.delete_cookie(FORM)
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session."""
    sessions = request.app.state.sessions
    if session := sessions.find(request):
        await assert_own_form(request, session.token)
        sessions.end(session)
    return RedirectResponse("/sign-in", 303)


def _is_possible(login: str, password: str) -> bool:
    """Whether PostgreSQL could know them: of others the connection fails, as if the database were unreachable."""
    return 0 < len(login) <= LONGEST_LOGIN and 0 < len(password) <= LONGEST_PASSWORD and "\0" not in login + password


def _begin(login: str, password: str, now: float) -> Session | tuple[str, str] | None:
    """A session of this login; None: the database refuses it; a text: it is not a personal login."""
    try:
        session = Session(scram.with_keys(database_of(login, password)), frozenset(), (), now, now)
        with reading(session) as read:
            if not read("who")[0]["is_person"]:
                return NOT_A_PERSON
            rights = frozenset(row["name"] for row in read("rights"))
            counties = read("counties") if "ops.counties_of" in rights else []
    except scram.TooManyIterations:
        return TOO_COSTLY
    except psycopg.OperationalError as error:
        if is_sign_in_refused(error):
            return None
        raise
    return replace(session, rights=rights, counties=tuple(row["county_code"] for row in counties))


def _form(request: Request, following: str, trouble: tuple[str, str] | None = None, status: int = 200) -> Response:
    token = secrets.token_urlsafe(32)
    shown = {"form_token": token, "following": _local(following), "trouble": trouble}
    response = HTMLResponse(rendering.render(request, None, "sign_in.html.j2", **shown), status)
    set_cookie(response, FORM, token, is_encrypted=request.app.state.is_encrypted)
    return response


def _local(path: str) -> str:
    """The path, if it is one of this console's: a link may not lead elsewhere after the sign-in."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path else "/"
