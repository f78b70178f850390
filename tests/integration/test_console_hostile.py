"""What a person could try on the console with more patience than a browser has; nothing of it changes anything."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from typing import Any

import anyio
import httpx
import psycopg
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from tests.kit.console import Browser, Clock, browser_of, database_variables, served
from tests.kit.nights import Nights, certify, publish, start_build

from employment_warehouse import publication
from employment_warehouse.console import sessions
from employment_warehouse.console.application import HEADERS
from employment_warehouse.console.menu import PAGES
from employment_warehouse.console.sessions import CONNECTIONS, IDLE_SECONDS
from employment_warehouse.database import OWN_LOGIN, DatabaseRefusal
from employment_warehouse.database.connections import address

OTHER = "532529"
# What any of the forms asks for.
FIELDS = {
    "reason": "I try", "explanation": "not mine", "note": "not mine", "purpose": "not mine",
    "login": "operator_of_tests",
    "first": "2024-07-01", "last": "2024-07-02", "month": "2024-04", "county": OTHER, "target": "rural_employed",
    "name": "gig_reference_days", "value": "1", "level": "national", "finding": "unpaid", "enabled": "false",
    "name_zh": "节", "working": "true", "role": "operator", "person": "00000000-0000-0000-0000-000000000001",
    "feed": "employment", "day": "2024-05-01", "act": "send", "withdraw": "1",
}  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def console(warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[FastAPI]:
    for name, value in database_variables().items():
        monkeypatch.setenv(name, value)
    yield served(clock)


@pytest.fixture
def held(nights: Nights) -> int:
    """A publication, and a night of another county's delivery that is held."""
    publish(start_build("2024-05-01"))
    nights.deliver("labor_register", OTHER, "2024-05-02", kind="file")
    build = start_build("2024-05-02")
    certify(build, failed=1)
    with pytest.raises(DatabaseRefusal):
        publication.publish_or_hold(build)
    nights.connection.execute(
        "insert into ops.alert (level, kind, unit, title, body) values ('warning', 'wages_owed', %s, 'a', 'b')",
        (OTHER,),
    )
    return build


def token_of(browser: Browser, role: str) -> str:
    known = browser.application.state.sessions._sessions.values()
    return str(next(session.token for session in known if session.login == address(role).user))


@pytest.mark.parametrize("role", ["county_532528", "caseworker_532528", "wh_analyst", "wh_auditor"])
def test_no_form_acts_on_what_the_login_has_no_right_to(console: FastAPI, nights: Nights, held: int, role: str) -> None:
    browser = browser_of(role, console)
    [alert] = [row[0] for row in nights.connection.execute("select alert_id from ops.alert").fetchall()]
    numbers = {"{build}": str(held), "{login}": "operator_of_tests"}
    tried = [
        route.path
        for page in PAGES
        for route in page.router.routes
        if isinstance(route, APIRoute) and "POST" in route.methods
    ]
    assert len(tried) >= 20
    for path in tried:
        number = str(alert) if path.startswith("/alerts") else str(held) if "publications" in path else "1"
        url = reduce(lambda text, each: text.replace(*each), (numbers | {"{number}": number}).items(), path)
        about = "?kind=feed&finding=feed&key=1&check=registers.volume.ratio&unit=532529"
        answer = browser.client.post(url + about, data=FIELDS | {"token": token_of(browser, role)})
        assert (path, answer.status_code in {403, 404, 409}) == (path, True), answer.text
        assert "数据库拒绝" not in answer.text
    # Whoever asks who a person is, is on the record, also for nothing.
    assert nights.scalar("select count(*) from ops.act where kind not in ('hold_night', 'refuse_reveal')") == 0
    assert nights.scalar("select count(*) from ops.alert where acknowledged_at is not null") == 0
    assert nights.scalar("select status from ops.build where build = %s", held) == "held"


def test_an_act_that_is_sent_twice_at_once_is_done_once(console: FastAPI, nights: Nights, held: int) -> None:
    tabs = [browser_of(OWN_LOGIN, console)]
    tabs.append(Browser(console))
    tabs[1].client.cookies.update(tabs[0].client.cookies)
    given = {"reason": "counted by hand", "token": token_of(tabs[0], OWN_LOGIN)}

    def press(tab: Browser) -> httpx.Response:
        return tab.client.post(f"/publications/{held}/release", data=given)

    with ThreadPoolExecutor(2) as both:
        assert {answer.status_code for answer in both.map(press, tabs)} <= {303, 409}
    assert nights.scalar("select count(*) from ops.act where kind = 'release_night'") == 1
    path, back = f"/publications/{held}/roll-back", {"reason": "wrong", "token": given["token"]}
    assert [tab.client.post(path, data=back).status_code for tab in tabs] == [303, 409]


def test_a_form_that_was_opened_before_the_session_ended_changes_nothing(
    console: FastAPI, nights: Nights, held: int, clock: Clock
) -> None:
    browser = browser_of(OWN_LOGIN, console)
    old = {"reason": "counted by hand", "token": token_of(browser, OWN_LOGIN)}
    clock.now += IDLE_SECONDS + 1
    path, at = f"/publications/{held}/release", address(OWN_LOGIN)
    assert browser.client.post(path, data=old).headers["location"].startswith("/sign-in")
    assert browser.sign_in(at.user, at.password).status_code == 303
    answer = browser.client.post(path, data=old)
    assert (answer.status_code, "表单已失效" in answer.text) == (403, True)
    assert nights.scalar("select status from ops.build where build = %s", held) == "held"


def test_a_large_form_is_refused_before_it_is_read(console: FastAPI) -> None:
    for browser in (Browser(console), browser_of(OWN_LOGIN, console)):
        large = browser.client.post("/sign-in", data={"login": "a", "password": "x" * (2 << 20)})
        assert (large.status_code, "表单过大" in large.text) == (413, True)
        unknown = browser.client.post("/acts", content=iter([b"login=a"]))
        assert unknown.status_code == 411


def test_a_login_that_asks_for_much_at_once_waits_by_itself(
    console: FastAPI, nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the uploads of a county: whoever signs in, and /health, have a thread of the console all the while."""
    monkeypatch.setattr(sessions, "LONGEST_WAIT_SECONDS", 3)
    browser = browser_of("county_532528", console)
    [session] = console.state.sessions._sessions.values()
    for _ in range(CONNECTIONS):  # two downloads that are not read
        session.places.acquire()

    async def ask() -> tuple[int, set[int]]:
        transport = httpx.ASGITransport(console)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://testserver", cookies=browser.client.cookies
        ) as client:
            async with asyncio.TaskGroup() as asking:
                pages = [asking.create_task(client.get("/publications")) for _ in range(30)]
                pages += [asking.create_task(client.post("/uploads", content=b"x")) for _ in range(30)]
                await asyncio.sleep(0.5)
                async with asyncio.timeout(2):
                    health = await client.get("/health")
            return health.status_code, {page.result().status_code for page in pages}

    assert asyncio.run(ask()) == (200, {503})


def sent_for(console: FastAPI, path: str) -> list[dict[str, Any]]:
    """What the server is given to send, and it raises what the console raises, which a server logs."""
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    anyio.run(console, scope, anyio.sleep_forever, send)
    return sent


def test_a_fault_is_answered_like_any_page_and_nothing_of_its_text_is_logged(
    console: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ValueError("张三 532528199001010009")

    console.add_api_route("/fails", fail)
    begin, body, *_ = sent_for(console, "/fails")
    headers = {name.decode(): value.decode() for name, value in begin["headers"]}
    assert (begin["status"], "页面出错" in body["body"].decode()) == (500, True)
    assert {name: headers.get(name.lower()) for name in HEADERS} == HEADERS
    assert "ValueError at" in caplog.text
    assert "张三" not in caplog.text


def test_a_download_that_fails_is_broken_off(console: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    """What has arrived would else look like the whole file."""

    def rows() -> Iterator[bytes]:
        yield b"a,b"
        raise psycopg.errors.AdminShutdown("张三")

    console.add_api_route("/rows", lambda: StreamingResponse(rows()))
    assert [message.get("more_body") for message in sent_for(console, "/rows")] == [None, True]
    assert "AdminShutdown at" in caplog.text
    assert "张三" not in caplog.text
