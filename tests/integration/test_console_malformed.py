"""What no form of the console sends but anybody can: it is refused in words, and nothing fails."""

from __future__ import annotations

import psycopg
import pytest
from fastapi import FastAPI
from tests.kit.console import Browser, browser_of, database_variables, served
from tests.kit.nights import publish, start_build

from employment_warehouse.database import OWN_LOGIN
from employment_warehouse.settings import Home

TOO_LARGE = str(2**80)
TARGET = {"county": "532528", "target": "rural_employed", "first": "2024-06-01"}


@pytest.fixture
def operator(warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> Browser:
    for name, value in database_variables().items():
        monkeypatch.setenv(name, value)
    publish(start_build("2024-05-31"))
    return browser_of(OWN_LOGIN, served())


def token_of(operator: Browser) -> str:
    application: FastAPI = operator.application
    [session] = application.state.sessions._sessions.values()
    return str(session.token)


@pytest.mark.parametrize(
    ("path", "given"),
    [
        (
            "/settings/target",
            {"county": "532528", "target": "rural_employed", "first": "2024-06-01", "value": TOO_LARGE},
        ),
        ("/settings/target", {"county": "532528", "target": "rural_employed", "first": "2024-06-01", "value": "-1"}),
        ("/settings/setting", {"name": "gig_reference_days", "first": "2024-06-01", "value": "7\0"}),
        ("/settings/setting", {"name": "gig_reference_days", "first": "0000-00-00", "value": "7"}),
        ("/settings/close-month", {"month": "2024-13"}),
        ("/settings/close-month", {"month": "May"}),
        ("/settings/holidays", {"first": "2024-06-10", "last": "2024-06-10", "working": "maybe", "name_zh": "端午"}),
        (f"/alerts/{TOO_LARGE}", {"note": "seen"}),
        (f"/deliveries/{TOO_LARGE}/release", {}),
        (f"/publications/{TOO_LARGE}/release", {}),
        (f"/publications/{TOO_LARGE}/roll-back", {}),
        ("/publications/1/roll-back", {"withdraw": TOO_LARGE}),
        ("/gates/waiver?check=a%00&unit=532528", {"first": "2024-06-01", "last": "2024-06-01"}),
        ("/users", {"login": "a\0b", "role": "analyst"}),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_malformed_form_is_refused_in_words(operator: Browser, path: str, given: dict[str, str]) -> None:
    answer = operator.client.post(path, data=given | {"reason": "a test", "token": token_of(operator)})
    assert (answer.status_code, "没有填写或格式不对" in answer.text) == (422, True), answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/settings?on=", 200),
        ("/acts?language=中", 200),
        ("/acts?language=zh%0d%0aa:b", 200),
        ("/static/console.css?language=%F0%9F%98%80", 200),
        ("/deliveries?date=", 200),
        ("/marts/a%00b", 404),
        ("/marts?words=%00", 404),
        ("/acts?login=%FF%FE", 200),
        (f"/deliveries/{TOO_LARGE}", 404),
        (f"/deliveries?page={TOO_LARGE}", 200),
        ("/acts?page=-1", 200),
        ("/publications?page=%D9%A3", 200),
        (f"/publications/{TOO_LARGE}", 404),
        (f"/gates/data-docs/{TOO_LARGE}/2", 404),
    ],
)
def test_a_malformed_address_is_not_a_fault(operator: Browser, path: str, status: int) -> None:
    if path.startswith("/marts"):
        operator = browser_of("wh_analyst", operator.application)
    assert operator.get(path).status_code == status


def test_a_form_that_cannot_be_read_is_refused_in_chinese(operator: Browser) -> None:
    headers = {"Content-Type": "multipart/form-data", "X-Form-Token": token_of(operator)}
    answer = operator.client.post("/settings/close-month", content=b"--", headers=headers)
    assert answer.status_code in {400, 422}
    assert "格式不对" in answer.text


@pytest.mark.parametrize("typed", ["a\0b", "人" * 500, "x" * 10_000])
def test_a_strange_login_does_not_sign_in(operator: Browser, typed: str) -> None:
    for login, password in ((typed, "a password"), ("somebody", typed)):
        answer = Browser(operator.application).sign_in(login, password)
        assert (answer.status_code, "登录名或口令不正确" in answer.text) == (403, True), answer.text


def test_a_wrong_seed_file_is_said_with_file_line_and_what_is_expected(operator: Browser, fresh_home: Home) -> None:
    county = browser_of("county_532528", served())
    (fresh_home.seeds / "division.csv").write_text(
        "division_code,level,parent_code,name_zh\n616200,prefecture,,某州\n616201,county,,甲县\n", "utf-8"
    )
    said = ("division.csv 第 3 行 parent_code：行政区划表有误", "应为：616200", "warehouse migrate")
    for browser in (operator, county):
        shown = browser.get("/deliveries")
        assert shown.status_code == 409, shown.text
        assert [part for part in said if part not in shown.text] == []
    assert operator.get("/no-such-page").status_code == 404
    assert Browser(operator.application).get("/sign-in").status_code == 200
