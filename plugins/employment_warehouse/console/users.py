"""Users, for operators: each person has a login of his or her own."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from employment_warehouse.console.page import Page, Visit
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.runtime import users

page = Page("/users", "用户", "Users", needs=("ops.user_login",))


@page.router.get("/users")
def show(visit: Visit = page.visitor) -> Response:
    """Every user, and the form for a new one."""
    return _show(visit)


@page.router.post("/users")
def add(
    login: Annotated[str, Form()],
    role: Annotated[str, Form()],
    county: Annotated[str, Form()] = "",
    visit: Visit = page.visitor,
) -> Response:
    """Make a login; its password is shown this once."""
    with visit.acting():
        password = users.add(login.strip(), role, county or None)
    return _show(visit, login=login.strip(), password=password)


@page.router.post("/users/{login}/password")
def change_password(login: str, visit: Visit = page.visitor) -> Response:
    """Give a user a new password, which is shown this once; sessions of the old one end."""
    with visit.acting():
        password = users.set_password(login)
    if login != visit.session.login:
        visit.request.app.state.sessions.end_of(login)
    return _show(visit, login=login, password=password)


@page.router.post("/users/{login}/disable")
def disable(login: str, visit: Visit = page.visitor) -> Response:
    """Close a login for good, and end its sessions."""
    with visit.acting():
        users.disable(login)
    visit.request.app.state.sessions.end_of(login)
    return visit.go("/users", f"已停用 {login} | {login} is disabled")


def _show(visit: Visit, login: str = "", password: str = "") -> Response:
    with visit.reading() as read:
        known = read("users")
    return visit.show("users.html.j2", users=known, counties=list(divisions().counties), login=login, password=password)
