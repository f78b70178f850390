"""The console, as a browser asks it: pages and forms of somebody who signs in."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI
from starlette.testclient import TestClient

from employment_warehouse.console.application import create
from employment_warehouse.database.connections import address


def links_of(text: str) -> list[str]:
    """The pages that a page leads to."""
    found = re.findall(r'href="(/[^"]*)"', text)
    return [html.unescape(link) for link in found if not link.startswith(("/static", "/?", "//"))]


@dataclass
class Clock:
    """Seconds, as a test lets them pass."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Browser:
    """One person's browser: its cookies, and the form that it fills in on a page."""

    application: FastAPI
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = TestClient(self.application, follow_redirects=False, raise_server_exceptions=False)

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def fill_in(self, path: str, action: str = "", **given: str | list[str]) -> httpx.Response:
        """Open a page and send its form, with what is typed."""
        shown = self.client.get(path)
        assert shown.status_code == 200, shown.text
        token = re.search(r'<main.*?name="token" value="([^"]+)"', shown.text, re.DOTALL)
        assert token, "the page has no form"
        return self.client.post(action or path, data={"token": token[1], **given})

    def sign_in(self, login: str, password: str) -> httpx.Response:
        return self.fill_in("/sign-in", login=login, password=password)


def browser_of(role: str, application: FastAPI) -> Browser:
    """Somebody who has signed in: a role of tests/kit/server.py (OWN_LOGIN, `wh_analyst`, `county_532528`)."""
    at = address(role)
    browser = Browser(application)
    answer = browser.sign_in(at.user, at.password)
    assert answer.status_code == 303, answer.text
    return browser


def database_variables(role: str = "wh_gate") -> Mapping[str, str]:
    """What the console knows of the database: only its address."""
    at = address(role)
    return {"PGHOST": at.host, "PGPORT": str(at.port), "PGDATABASE": at.database}


def served(clock: Clock | None = None) -> FastAPI:
    """A console of its own, whose sessions nobody else has."""
    return create(clock or Clock())
