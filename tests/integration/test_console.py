"""The console: who gets in, for how long, and that it adds nothing to what a login may do."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from fastapi import FastAPI
from tests.kit.console import Browser, Clock, browser_of, database_variables, served
from tests.kit.nights import certify, publish, start_build

from employment_warehouse import publication
from employment_warehouse.console.sessions import IDLE_SECONDS, LONGEST_SECONDS
from employment_warehouse.database import OWN_LOGIN
from employment_warehouse.database.connections import address

COUNTY = "county_532528"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def console(warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[FastAPI]:
    for name, value in database_variables().items():
        monkeypatch.setenv(name, value)
    yield served(clock)


def test_a_person_signs_in_with_the_login_of_the_database(console: FastAPI) -> None:
    browser = Browser(console)
    assert browser.get("/publications").headers["location"] == "/sign-in?next=/publications"
    at = address(OWN_LOGIN)
    answer = browser.sign_in(at.user, at.password)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict"))
    assert at.password not in answer.text + cookie
    assert at.user in browser.get("/publications").text


def test_programs_and_the_administrator_do_not_sign_in(console: FastAPI, warehouse: psycopg.Connection) -> None:
    for login, password in (
        ("wh_publisher", address("wh_publisher").password),
        ("postgres", warehouse.info.password),
    ):
        answer = Browser(console).sign_in(login, password)
        assert (answer.status_code, "程序和管理员" in answer.text) == (403, True)


def test_after_five_wrong_passwords_a_login_waits(console: FastAPI) -> None:
    at, browser = address(OWN_LOGIN), Browser(console)
    for _ in range(5):
        answer = browser.sign_in(at.user, "wrong")
        assert (answer.status_code, "登录名或密码不正确" in answer.text) == (403, True)
    assert browser.sign_in(at.user, at.password).status_code == 429
    other = address(COUNTY)
    assert browser.sign_in(other.user, other.password).status_code == 303


def test_after_twenty_failures_an_address_waits(console: FastAPI) -> None:
    browser, at = Browser(console), address(COUNTY)
    for number in range(20):
        assert browser.sign_in(f"nobody_{number}", "wrong").status_code == 403
    assert browser.sign_in(at.user, at.password).status_code == 429


@pytest.mark.parametrize(
    ("step", "longest"), [(IDLE_SECONDS + 1, IDLE_SECONDS + 1), (IDLE_SECONDS - 1, LONGEST_SECONDS)],
    ids=["idle", "too long"],
)  # fmt: skip
def test_a_session_ends(console: FastAPI, clock: Clock, step: int, longest: int) -> None:
    browser, began = browser_of(OWN_LOGIN, console), clock.now
    while clock.now - began + step < longest:
        clock.now += step
        assert browser.get("/publications").status_code == 200
    clock.now += step
    assert browser.get("/publications").status_code == 303


def test_signing_out_closes_the_session_and_another_cookie_opens_nothing(console: FastAPI) -> None:
    browser, other = browser_of(OWN_LOGIN, console), browser_of(COUNTY, console)
    kept = dict(browser.client.cookies)
    [session] = [each for each in console.state.sessions._kept.values() if each.login == address(OWN_LOGIN).user]
    browser.client.post("/sign-out", data={"token": session.token})
    again = Browser(console)
    again.client.cookies.update(kept)
    assert again.get("/publications").status_code == 303
    assert other.get("/publications").status_code == 200


@pytest.mark.parametrize("wrong", ["missing", "another's", "other site"])
def test_a_form_that_is_not_the_sessions_own_changes_nothing(
    console: FastAPI, warehouse: psycopg.Connection, wrong: str
) -> None:
    number = publish(start_build("2024-05-01"))
    browser = browser_of(OWN_LOGIN, console)
    browser_of("wh_analyst", console)
    tokens = {session.login: session.token for session in console.state.sessions._kept.values()}
    own = tokens[address(OWN_LOGIN).user]
    token = {"missing": "", "another's": tokens[address("wh_analyst").user], "other site": own}[wrong]
    headers = {"Sec-Fetch-Site": "cross-site"} if wrong == "other site" else {}
    path, given = f"/publications/{number}/roll-back", {"reason": "not mine", "token": token}
    answer = browser.client.post(path, data=given, headers=headers)
    assert (answer.status_code, "表单已失效" in answer.text) == (403, True)
    assert warehouse.execute("select count(*) from ops.act").fetchone() == (0,)
    assert browser.client.post(path, data=given | {"token": own}).status_code == 303


def test_every_answer_has_strict_headers(console: FastAPI) -> None:
    browser = browser_of(OWN_LOGIN, console)
    for path in ("/sign-in", "/publications", "/static/console.css", "/nowhere", "/health"):
        headers = browser.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")


def test_no_page_has_a_script_or_style_of_its_own(console: FastAPI) -> None:
    browser = browser_of(OWN_LOGIN, console)
    for page in console.state.pages:
        text = browser.get(page.path).text
        assert not any(mark in text for mark in ("<script>", "<style", " style=", " onclick=", "javascript:"))


def test_an_operator_releases_a_held_night_and_rolls_back_in_his_own_name(
    console: FastAPI, warehouse: psycopg.Connection
) -> None:
    publish(start_build("2024-05-01"))
    held = start_build("2024-05-02")
    certify(held, failed=1)
    with pytest.raises(publication.NotPublished):
        publication.publish_or_hold(held)
    browser = browser_of(OWN_LOGIN, console)
    assert f'href="/publications/{held}/release"' in browser.get("/publications").text
    refused = browser.fill_in(f"/publications/{held}/release", reason="")
    assert refused.status_code >= 400
    assert browser.fill_in(f"/publications/{held}/release", reason="counted by hand").status_code == 303
    assert f"已放行并发布：第 {held} 号" in browser.get("/publications").text
    assert browser.fill_in(f"/publications/{held}/roll-back", reason="wrong month").status_code == 303
    acts = warehouse.execute(
        "select login, kind, reason from ops.act where login <> 'wh_publisher' order by act"
    ).fetchall()
    assert acts == [
        ("operator_of_tests", "release_night", "counted by hand"),
        ("operator_of_tests", "roll_back", "wrong month"),
    ]


def test_a_login_is_offered_and_may_do_only_what_the_database_grants(console: FastAPI) -> None:
    number = publish(start_build("2024-05-01"))
    county = browser_of(COUNTY, console)
    shown = county.get("/publications")
    assert (shown.status_code, "撤回…" in shown.text) == (200, False)
    [session] = console.state.sessions._kept.values()
    given = {"reason": "I try", "token": session.token}
    answer = county.client.post(f"/publications/{number}/roll-back", data=given)
    assert (answer.status_code, "不能查看此页" in answer.text or "无权" in answer.text) == (403, True)
