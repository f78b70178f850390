"""What the console says when something is refused or fails: what happened, and what to do; never a trace."""

from __future__ import annotations

import logging
import traceback
from typing import NamedTuple

import psycopg
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from psycopg import errors
from starlette.exceptions import HTTPException

from employment_warehouse.console import rendering
from employment_warehouse.console.connections import is_sign_in_refused
from employment_warehouse.console.rendering import in_language, language
from employment_warehouse.console.signing_in import sign_in_path
from employment_warehouse.database import DatabaseRefusal, describe
from employment_warehouse.errors import UserError

log = logging.getLogger(__name__)
# What was typed fits no type of the database: a NUL in a text, a number too large.
MALFORMED = (psycopg.DataError, errors.UndefinedFunction)


class Refusal(NamedTuple):
    """A refusal: its HTTP status, what happened, what to do, and where what would be right, each `中文 | English`."""

    status: int
    message: str
    todo: str
    where: str = ""
    expected: str = ""


FORBIDDEN = Refusal(
    403,
    "您的登录名不能查看此页 | Your login may not see this page",
    "如工作需要，请联系操作员 | ask an operator if your work needs it",
)
FOREIGN_FORM = Refusal(
    403,
    "表单已失效，没有作任何改动 | The form is no longer valid; nothing was changed",
    "返回该页，重新填写 | go back to the page and fill it in again",
)
NOT_FOUND = Refusal(404, "没有这一页 | There is no such page", "请从菜单进入 | choose a page of the menu")
BUSY = Refusal(
    503,
    "您的登录名已有太多连接 | Your login has too many connections open",
    "关闭其他程序中的连接，再试 | close connections in other programs, then try again",
)
NO_ANSWER = Refusal(
    503, "数据库没有应答 | The database does not answer", "稍后再试，或告知操作员 | try later, or tell an operator"
)
UNFIT = Refusal(
    422,
    "有一项没有填写或格式不对，没有作任何改动 | Something is missing or has the wrong form; nothing was changed",
    "返回该页，填写完整 | go back to the page and fill it in",
)
FAULT = Refusal(
    500,
    "页面出错，没有显示结果 | The page failed and shows nothing",
    "再试一次；仍然出错请把时间告知操作员 | try again; if it fails again, tell an operator the time",
)


def of_request(request: Request, error: HTTPException) -> Response:
    """A page that is not there, not allowed, or needs a sign-in."""
    if error.status_code == 401:
        return _to_sign_in(request)
    form = FOREIGN_FORM if error.detail == "form" else FORBIDDEN
    known = {400: UNFIT, 403: form, 404: NOT_FOUND, 405: NOT_FOUND, 503: BUSY}
    return _say(request, known.get(error.status_code) or Refusal(error.status_code, str(error.detail), ""))


def of_input(request: Request, error: RequestValidationError) -> Response:  # noqa: ARG001  what was typed is not repeated
    """An address or a form that does not have what the page needs."""
    return _say(request, UNFIT if request.method == "POST" else NOT_FOUND)


def of_user_error(request: Request, error: UserError) -> Response:
    """Something that the person can correct."""
    if isinstance(error, DatabaseRefusal) and isinstance(error.__cause__, psycopg.Error):
        return of_database(request, error.__cause__)
    if error.todo:
        return _say(request, Refusal(409, error.message, error.todo, error.where, error.expected))
    found = " ".join(text for text in (error.where, error.expected, error.found, error.database) if text)
    return _say(request, Refusal(409, error.message, found))


def of_database(request: Request, error: psycopg.Error) -> Response:
    """What the database refuses, in its words; a login that it no longer knows is signed out."""
    if isinstance(error, errors.InsufficientPrivilege):
        return _say(request, FORBIDDEN)
    if (error.sqlstate or "").startswith("WH"):  # its hints are for those who write SQL
        return _say(request, Refusal(409, str(error.diag.message_primary), ""))
    if isinstance(error, psycopg.OperationalError):
        return _lost(request, error)
    log.error("%s %s: %s", request.method, request.url.path, describe(error))
    if isinstance(error, MALFORMED) and (request.method == "POST" or error.sqlstate is None):
        return _say(request, UNFIT if request.method == "POST" else NOT_FOUND)
    return _say(request, FAULT)


def of_fault(request: Request, error: Exception) -> Response:
    """A fault of the program: its kind and place are in the log, without values."""
    fault = error.__cause__ or error  # of a page that has begun Starlette raises that it can be refused no more
    place = traceback.extract_tb(fault.__traceback__)[-1]
    at = f"{place.filename}:{place.lineno}"
    log.error("%s %s: %s at %s", request.method, request.url.path, type(fault).__name__, at)
    return _say(request, FAULT)


def _lost(request: Request, error: psycopg.OperationalError) -> Response:
    """A sign-in that is refused, or a server that is unreachable."""
    if is_sign_in_refused(error):
        return _signed_out(request)
    if "too many connections" in str(error):
        return _say(request, BUSY)
    log.error("%s %s: %s", request.method, request.url.path, describe(error))
    return _say(request, NO_ANSWER)


def _signed_out(request: Request) -> Response:
    sessions = request.app.state.sessions
    if session := sessions.find(request):
        sessions.end(session)
    return _to_sign_in(request)


def _to_sign_in(request: Request) -> Response:
    """Go to the sign-in page, and from there back to the page that was asked for (with its filter) or, for a form that
    was sent, to the page with the form.
    """
    if request.method in {"GET", "HEAD"}:
        return RedirectResponse(sign_in_path(_local(str(request.url))), 303)
    return RedirectResponse(sign_in_path(_local(request.headers.get("referer", "")), is_unsent=True), 303)


def _local(url: str) -> str:
    """Its path and query: a proxy may have another host."""
    return f"/{url.partition('://')[2].partition('/')[2]}"


def _say(request: Request, refusal: Refusal) -> Response:
    session = request.app.state.sessions.find(request)
    chosen = language(request)
    if not session:  # paths of the server are not for strangers
        refusal = refusal._replace(where="", expected="")
    shown = {name: in_language(text, chosen) for name, text in refusal._asdict().items() if name != "status"}
    return HTMLResponse(rendering.render(request, session, "refusal.html.j2", **shown), refusal.status)
