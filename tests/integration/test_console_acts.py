"""What is decided on the console: the calendar, counties that join, waivers; and a person shown to a case worker."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlencode
from uuid import UUID, uuid4

import psycopg
import pytest
from fastapi import FastAPI
from psycopg import sql
from tests.kit.console import Browser, browser_of, database_variables, links_of, served
from tests.kit.nights import Nights, insert, publish, start_build
from tests.kit.server import Server

from employment_warehouse import gate, landing, publication, settings
from employment_warehouse.console.console_names import CAMPAIGN
from employment_warehouse.contract import contract_of, is_working_day, year_without_holidays
from employment_warehouse.contract.calendar import decided_holidays_file
from employment_warehouse.contract.model import CAMPAIGN_FREQUENCIES
from employment_warehouse.database import OWN_LOGIN, connect, seed_tables
from employment_warehouse.database.connections import address
from employment_warehouse.identity import opener, place, seal
from employment_warehouse.runtime import steps
from employment_warehouse.settings import Home
from employment_warehouse.transform import docs_page

COUNTY = "county_532528"
IDENTITY = {"id_number": "532528199001010009", "full_name": "某某"}


@pytest.fixture
def console(warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    for name, value in database_variables().items():
        monkeypatch.setenv(name, value)
    return served()


@pytest.fixture
def operator(console: FastAPI) -> Browser:
    publish(start_build("2024-05-31"))
    return browser_of(OWN_LOGIN, console)


@pytest.fixture
def calendar() -> Iterator[None]:
    """The home is that of other tests as well."""
    yield
    decided_holidays_file().unlink(missing_ok=True)


@pytest.mark.usefixtures("calendar")
def test_an_operator_declares_holidays_and_due_times_go_by_them(operator: Browser, nights: Nights) -> None:
    festival = {
        "first": "2027-02-05",
        "last": "2027-02-11",
        "working": "false",
        "name_zh": "春节",
        "reason": "国办发明电",
    }
    done = operator.fill_in("/settings", "/settings/holidays", **festival)
    assert done.status_code == 303
    worked = festival | {"first": "2027-02-14", "last": "2027-02-14", "working": "true"}
    assert operator.fill_in("/settings", "/settings/holidays", **worked).status_code == 303
    late = operator.fill_in(
        "/settings", "/settings/holidays", **festival | {"first": "2024-05-31", "last": "2024-05-31"}
    )
    assert (late.status_code, "晚于 2024-05-31" in late.text) == (409, True)
    long = operator.fill_in("/settings", "/settings/holidays", **festival | {"last": "2027-03-11"})
    assert (long.status_code, "31 天" in long.text) == (409, True)
    seed_tables.load()  # the files do not take it back
    assert nights.scalar("select count(*) from seeds.holiday where on_date >= '2027-01-01'") == 8
    landing.expect_deliveries(date(2027, 2, 1))
    assert [is_working_day(date(2027, 2, day)) for day in (4, 5, 11, 12, 14)] == [True, False, False, True, True]
    assert year_without_holidays(date(2027, 2, 1), 60) is None
    shown = operator.get(done.headers["location"]).text
    assert shown.count("<td>春节</td>") == 8
    acts = nights.rows("select login, subject, reason from ops.act where kind = 'decide_holiday' order by act limit 1")
    assert acts == [
        (
            "operator_of_tests",
            "春节 2027-02-05–2027-02-11 休息 | 春节 2027-02-05–2027-02-11 at rest",
            "国办发明电",
        )
    ]


def test_an_operator_lets_a_county_join_from_a_date_on(operator: Browser, nights: Nights) -> None:
    counties = nights.scalar("select ops.county_codes()")
    given = {"first": "2024-06-01", "joined": ["532528", "532501"], "reason": "two begin"}
    assert operator.fill_in("/settings", "/settings/joined", **given).status_code == 303
    landing.expect_deliveries(date(2024, 6, 1))
    due = "select array_agg(distinct unit order by unit) from ops.due where feed = 'labor_register'"
    assert nights.scalar(due) == ["532501", "532528"]
    shown = operator.get("/settings?on=2024-06-01").text
    assert "2 个县市报送；尚未接入：" in shown and "元阳县" not in shown.partition("尚未接入：")[2].partition("</p>")[0]
    before = operator.get("/settings?on=2024-05-31").text
    assert "全部 13 个县市都已接入" in before
    later = before.partition("自 2024-06-01 起另有决定")[2].partition("</p>")[0]
    assert "开远市" in later and "532502" not in later and "元阳县" not in later
    all_but_one = [code for code in counties if code != "532501"]
    for day, joined in (("2024-06-02", all_but_one), ("2024-06-03", counties)):
        later = operator.fill_in("/settings", "/settings/joined", **given | {"first": day, "joined": joined})
        assert (day, later.status_code) == (day, 303)
    with connect(OWN_LOGIN) as connection, pytest.raises(psycopg.Error, match="WH036"):
        connection.execute("select ops.decide_setting('counties_not_joined', '2024-06-01', '532528;530111', 'typing')")


def test_a_setting_that_is_to_be_switched_off_is_shown_as_off(operator: Browser, nights: Nights) -> None:
    """Not with the value that it has in the seed beside it."""
    for name, value in (
        ("upload_daily_files", "200"), ("campaign_frequency", "weekly"), ("counties_not_joined", "532501")
    ):  # fmt: skip
        nights.connection.execute(
            "insert into seeds.setting (name, valid_from, value, enabled) values (%s, '2024-06-02', %s, false)",
            (name, value),
        )
    before, after = (operator.get(f"/settings?on={day}").text for day in ("2024-06-01", "2024-06-02"))
    assert before.count("自 2024-06-02 起 停用") == 3  # in the table
    assert "；自 2024-06-02 起：停用" in before and "尚未接入：无。" in before
    assert "每周报送" not in before.partition("<h2>专项行动")[2].partition("<details>")[0]
    assert "自 2024-06-02 起：停用" in after


def test_an_operator_ends_the_campaign(operator: Browser, nights: Nights) -> None:
    given = {"first": "2024-06-02", "value": "none", "reason": "document 9"}
    assert operator.fill_in("/settings", "/settings/campaign", **given).status_code == 303
    for day, feeds in (("2024-06-01", True), ("2024-06-02", False)):
        landing.expect_deliveries(date.fromisoformat(day))
        question = "select exists (select from ops.due where feed = 'labor_register' and report_date = %s)"
        assert (day, nights.scalar(question, day)) == (day, feeds)
    unknown = operator.fill_in("/settings", "/settings/campaign", **given | {"value": "sometimes"})
    assert (unknown.status_code, "working_days" in unknown.text) == (409, True)


def test_a_campaign_takes_every_frequency_that_registers_can_have(operator: Browser) -> None:
    assert CAMPAIGN.keys() == {*CAMPAIGN_FREQUENCIES, "none"}
    for value in CAMPAIGN:
        given = {"first": "2024-06-02", "value": value, "reason": "document 9"}
        assert operator.fill_in("/settings", "/settings/campaign", **given).status_code == 303


def test_an_operator_changes_a_key_county_from_a_date_on(operator: Browser, nights: Nights) -> None:
    given = {"county": "532532", "level": "provincial", "first": "2024-06-02", "reason": "list of 2027"}
    used = operator.fill_in("/settings", "/settings/key-county", **given | {"first": "2024-05-31"})
    assert (used.status_code, '<h1 class="alarm">生效日期须晚于 2024-05-31' in used.text) == (409, True)
    assert operator.fill_in("/settings", "/settings/key-county", **given).status_code == 303
    no_more = given | {"county": "532528", "level": "", "first": "2024-06-01"}
    assert operator.fill_in("/settings", "/settings/key-county", **no_more).status_code == 303
    seed_tables.load()  # the files do not take it back

    def levels() -> list[tuple[str, str | None, bool]]:
        return nights.rows(
            "select division_code, key_county_level, is_verified from seeds.division"
            " where division_code in ('532528', '532532') order by 1"
        )

    def shown(on: str) -> str:
        return operator.get(f"/settings?on={on}").text.partition("<h2>重点县")[2].partition("<h2>")[0]

    before = [("532528", "national", False), ("532532", None, True)]
    assert levels() == before
    assert "元阳县（国家级重点帮扶县" in shown("2024-05-31") and "河口县（" not in shown("2024-05-31")
    assert all(f"自 2024-06-0{day} 起" in shown("2024-05-31") for day in (1, 2))
    assert "河口县（省级重点帮扶县）" in shown("2024-06-02") and "元阳县（" not in shown("2024-06-02")
    publish(start_build("2024-06-01"))
    assert levels() == [("532528", None, True), ("532532", None, True)]
    number = publish(start_build("2024-06-02"))
    assert levels() == [("532528", None, True), ("532532", "provincial", True)]
    for taken_back in (number, number - 1):
        publication.roll_back(taken_back, [], "a wrong file")
    start_build("2024-05-31")  # an earlier night again has the levels of its own date
    assert levels() == before
    acts = nights.rows("select subject, reason from ops.act where kind = 'decide_division' order by act limit 1")
    assert acts == [("532532: provincial (2024-06-02)", "list of 2027")]


def test_only_a_county_of_the_prefecture_is_a_key_county(operator: Browser) -> None:
    given = {"county": "530111", "level": "provincial", "first": "2024-06-01", "reason": "list of 2027"}
    foreign = operator.fill_in("/settings", "/settings/key-county", **given)
    assert (foreign.status_code, "没有县市 530111" in foreign.text) == (409, True)


@pytest.mark.parametrize(
    ("name", "refused", "allowed"),
    [
        ("retention_checks_days", ("0.5", "9999999999", "-1", "a week"), "7"),
        ("alert_undelivered_days", ("0.5",), "0"),
        ("gate_max_rejected_share", ("half", "1,5", "nan"), "0.25"),
        ("notice_partners", (), "310000"),
    ],
)
def test_a_setting_takes_what_its_reader_can_take(
    operator: Browser, nights: Nights, name: str, refused: tuple[str, ...], allowed: str
) -> None:
    given = {"name": name, "first": "2024-06-01", "reason": "letter 12"}
    for value in refused:
        answer = operator.fill_in("/settings", "/settings/setting", **given, value=value)
        assert (answer.status_code, f"参数 {name} 须为" in answer.text) == (409, True), value
    blank = operator.fill_in("/settings", "/settings/setting", **given, value=" ")
    assert (blank.status_code, "请填写新的值" in blank.text) == (409, True)
    assert nights.rows("select from ops.decided_value") == []
    assert operator.fill_in("/settings", "/settings/setting", **given, value=allowed).status_code == 303
    assert nights.scalar(f"select ops.setting('{name}', '2024-06-01')") == allowed
    # Decided before settings had kinds.
    nights.connection.execute("update seeds.setting set kind = null where valid_from = '2024-06-01'")
    later = given | {"first": "2024-06-02"}
    answers = [operator.fill_in("/settings", "/settings/setting", **later, value=value) for value in refused]
    assert {answer.status_code for answer in answers} <= {409}


def test_a_rule_is_decided_from_a_date_that_no_night_has_used(operator: Browser, nights: Nights) -> None:
    given = {"finding": "account_shared", "first": "2024-06-01", "enabled": "true", "reason": "letter 12"}
    for other, words in (
        ({"first": "2024-05-31"}, "晚于 2024-05-31"),
        ({"finding": "no_such_rule"}, "没有规则 no_such_rule"),
    ):
        refused = operator.fill_in("/settings", "/settings/rule", **given | other)
        assert (refused.status_code, words in refused.text) == (409, True)
    assert nights.rows("select from ops.rule_decision") == []
    assert operator.fill_in("/settings", "/settings/rule", **given).status_code == 303
    rule = re.compile(r"<tr><td>[^<]*</td><td>(. ..).{0,80}operator_of_tests · 2024-06-01")
    assert "自 2024-06-01 起 开启" in operator.get("/settings?on=2024-05-31").text
    assert not rule.search(operator.get("/settings?on=2024-05-31").text)
    assert rule.findall(operator.get("/settings?on=2024-06-01").text) == ["● 开启"]
    start_build("2024-06-01")
    busy = operator.fill_in("/settings", "/settings/rule", **given | {"first": "2024-06-02"})
    assert (busy.status_code, "正在进行" in busy.text) == (409, True)


RULE = re.compile(r"<tr><td>([^<]*)</td><td>([●○]) ")


def test_a_night_goes_by_the_rules_that_the_page_shows(operator: Browser, nights: Nights) -> None:
    """Of rows of the seed and decisions the latest by date counts, of one date the decision."""
    nights.select = "int_finding_rule"
    for day, enabled, threshold in (("2024-06-03", False, 3), ("2024-06-04", True, 4)):
        nights.connection.execute(
            "insert into seeds.finding_rule (finding, valid_from, enabled, threshold, name_zh, legal_basis)"
            " select finding, %s, %s, %s, name_zh, '文件' from seeds.finding_rule where finding = 'account_shared'"
            " limit 1",
            (day, enabled, threshold),
        )
    for day, enabled in (("2024-06-02", "true"), ("2024-06-04", "false")):
        given = {"finding": "account_shared", "first": day, "enabled": enabled, "reason": "letter 12"}
        assert operator.fill_in("/settings", "/settings/rule", **given).status_code == 303
    seen = []
    for day in ("2024-06-01", "2024-06-02", "2024-06-03", "2024-06-04"):
        nights.night(day)
        of_the_night = nights.rows(
            "select replace(name_zh, '{threshold}', coalesce(trim_scale(r.threshold)::text, '')),"
            " case when r.enabled then '●' else '○' end from tonight.int_finding_rule as r"
            " inner join seeds.finding_rule as s using (finding) where s.valid_from = '2020-01-01'"
        )
        shown = operator.get(f"/settings?on={day}").text.partition("核查规则及其依据")[2]
        assert (day, sorted(RULE.findall(shown))) == (day, sorted(of_the_night))
        seen += nights.rows(
            "select enabled, threshold::integer from tonight.int_finding_rule where finding = 'account_shared'"
        )
    assert seen == [(False, 2), (True, 2), (False, 3), (False, 4)]
    assert "自 2024-06-03 起 关闭" in operator.get("/settings?on=2024-06-02").text


@pytest.fixture
def failed_check(console: FastAPI, nights: Nights) -> int:
    """A build in which a check of 532528 has failed, and a file of it was not ingested."""
    build = start_build("2024-05-02")
    nights.connection.execute(
        """
        insert into ops.check_result (
            build, gate, suite, check_name, unit, severity, success, message_zh, message_en
        )
        values
            (%(build)s, 1, 'labor_register', 'volume.ratio', '532528', 'critical', false, '本次 59 行', '59 rows'),
            (%(build)s, 1, 'intake', 'intake_failed', '532528', 'critical', false, '入库失败', 'not ingested')
        """,
        {"build": build},
    )
    return build


def test_an_operator_waives_a_check_of_a_unit_until_a_day(console: FastAPI, nights: Nights, failed_check: int) -> None:
    operator = browser_of(OWN_LOGIN, console)
    [link] = [link for link in links_of(operator.get("/gates?gate=1").text) if link.startswith("/gates/waiver")]
    assert "只是元阳县的这一项检查" in operator.get(link).text
    reason = "they cleared the register"
    early = operator.fill_in(link, first="2024-05-02", last="2024-05-01", reason=reason)
    assert (early.status_code, "不能早于" in early.text) == (409, True)
    assert operator.fill_in(link, first="2024-05-02", last="2024-05-04", reason=reason).status_code == 303
    again = operator.fill_in(link, first="2024-05-02", last="2024-05-09", reason=reason)
    assert (again.status_code, "已自 2024-05-02 起豁免" in again.text) == (409, True)
    granted = nights.rows("select check_name, unit, valid_from::text, valid_to::text, granted_by from ops.waiver")
    assert granted == [("labor_register.volume.ratio", "532528", "2024-05-02", "2024-05-04", "operator_of_tests")]
    assert nights.rows("select login, kind, reason from ops.act") == [("operator_of_tests", "grant_waiver", reason)]
    shown = operator.get("/gates").text
    assert "有效的豁免" in shown and reason in shown
    for other in ("wh_auditor", COUNTY):
        browser = browser_of(other, console)
        assert "豁免…" not in browser.get("/gates?gate=1").text
        assert browser.get(link).status_code == 404


@pytest.mark.usefixtures("failed_check")
@pytest.mark.parametrize(
    ("check", "unit", "words"),
    [
        ("labor_register.volume.ration", "532528", "没有检查 labor_register.volume.ration"),
        ("labor_register.volume.ratio", "532599", "没有单位 532599"),
        ("case:youth_long_term:youth_long_term", "nobody", "没有这样的未结事项"),
        ("intake.intake_failed", "532528", "intake.intake_failed 不能豁免"),
    ],
)
def test_what_does_not_exist_or_has_found_nothing_is_not_waived(
    console: FastAPI, nights: Nights, check: str, unit: str, words: str
) -> None:
    operator = browser_of(OWN_LOGIN, console)
    [known] = [link for link in links_of(operator.get("/gates?gate=1").text) if link.startswith("/gates/waiver")]
    given = {"first": "2024-05-02", "last": "2024-05-04", "reason": "they cleared the register"}
    refused = operator.fill_in(known, f"/gates/waiver?{urlencode({'check': check, 'unit': unit})}", **given)
    assert (refused.status_code, words in refused.text) == (409, True), refused.text
    assert nights.rows("select from ops.waiver") == []


def test_what_is_waived_or_a_delivery_was_held_for_holds_no_night(console: FastAPI, nights: Nights) -> None:
    held = nights.deliver("labor_register", "532528", "2024-05-02", kind="file")
    build = start_build("2024-05-02")
    nights.connection.execute(
        """
        insert into ops.check_result (
            build, gate, suite, check_name, unit, delivery_id, severity, success, waiver, unexpected_rows
        )
        values
            (%(build)s, 2, 's', 'blamed', '532528', %(held)s, 'critical', false, null, 23),
            (%(build)s, 2, 's', 'waived', '532528', null, 'critical', false, 'a (至 until 2024-05-09): b', null),
            (%(build)s, 2, 's', 'difference', '532500', null, 'critical', false, null, null)
        """,
        {"build": build, "held": held},
    )
    publication.hold_night(build, "gate 2")
    operator = browser_of(OWN_LOGIN, console)
    checks = operator.get(f"/gates?build={build}").text
    assert re.search(r"3 项未通过</em>，其中紧急 1 项", checks)
    assert re.findall(r'data-label="行数">([^<]*)<', checks) == ["23", "—", "—"]
    for shown in (checks, operator.get(f"/publications/{build}/release").text):
        marks = [shown.count(mark) for mark in ("■ 暂扣该报送", "◐ 豁免", "■ 紧急")]
        assert marks == [1, 1, 1]


def test_data_docs_show_counts_without_values_and_need_no_internet(console: FastAPI, nights: Nights) -> None:
    for county in ("532501", "532528"):
        nights.deliver("job_event", county, "2024-05-01", rejected=7)
    build = start_build("2024-05-01")
    steps.gate_deliveries(build)
    operator = browser_of(OWN_LOGIN, console)
    link = f"/gates/data-docs/{build}/1"
    assert link in operator.get(f"/gates?gate=1&build={build}").text
    shown = operator.get(link)
    assert "sandbox" in shown.headers["content-security-policy"]
    assert "Evaluated Expectations" in shown.text and "job_event.rows" in shown.text
    page = shown.text.lower()
    assert not any(word in page for word in ("http:", "https:", "//cdn", "<script", "<link", "532501", "532528"))
    failed = nights.rows("select message_zh from ops.check_result where not success")
    assert failed and not any(message in shown.text for (message,) in failed)
    assert browser_of(COUNTY, console).get(link).status_code == 404
    assert operator.get(f"/gates/data-docs/{build + 1}/1").status_code == 404


def test_data_docs_of_as_many_builds_are_kept_as_the_setting_says(nights: Nights, fresh_home: Home) -> None:
    nights.connection.execute("update seeds.setting set value = '2' where name = 'retention_data_docs_builds'")
    for build in (7, 9, 10):
        gate.data_docs_of(build, 1).parent.mkdir(parents=True)
    gate.write_data_docs(10, 1, [])
    assert sorted(folder.name for folder in (fresh_home.shared / "data_docs").iterdir()) == ["10", "9"]


@pytest.fixture
def written_docs(failed_check: int) -> Iterator[int]:
    """A build of which both pages that are files are there: Data Docs of gate 1, and dbt docs."""
    paths = (gate.data_docs_of(failed_check, 1), docs_page())
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("written", "utf-8")
    yield failed_check
    for path in paths:
        path.unlink()


def test_pages_that_are_files_are_shown_only_while_the_database_admits_the_login(
    console: FastAPI, written_docs: int, warehouse_server: Server
) -> None:
    pages = {"wh_auditor": f"/gates/data-docs/{written_docs}/1", "wh_analyst": "/marts/dbt-docs"}
    for role, page in pages.items():
        browser, login = browser_of(role, console), sql.Identifier(address(role).user)
        assert (page, browser.get(page).text) == (page, "written")
        with warehouse_server.connect_superuser() as connection:
            connection.autocommit = True
            connection.execute(sql.SQL("alter role {} nologin").format(login))
            try:
                assert browser.get(page).headers.get("location") == f"/sign-in?next={page}"
            finally:
                connection.execute(sql.SQL("alter role {} login").format(login))


def test_a_build_that_is_not_among_the_newest_is_chosen_too(
    console: FastAPI, nights: Nights, written_docs: int
) -> None:
    """Its link is on the page of its publication, however old."""
    nights.connection.execute(
        "insert into ops.build (report_date, run_id, base, status)"
        " select report_date, n::text, base, 'abandoned' from ops.build, generate_series(1, 31) as n"
    )
    nights.connection.execute(
        "insert into ops.check_result (build, gate, suite, check_name, unit, severity, success)"
        " select build, 1, 's', 'c', '532528', 'info', true from ops.build where status = 'abandoned'"
    )
    operator = browser_of(OWN_LOGIN, console)
    page = operator.get(f"/gates?build={written_docs}&gate=1").text
    assert re.findall(r'<option value="(\d+)" selected', page) == [str(written_docs), "1"]
    docs = f"/gates/data-docs/{written_docs}/1"
    assert docs in page and operator.get(docs).text == "written"


def test_data_docs_that_nobody_wrote_are_not_found(console: FastAPI, written_docs: int) -> None:
    operator, endless = browser_of(OWN_LOGIN, console), "9" * 300
    assert operator.get(f"/gates/data-docs/{written_docs}/1").status_code == 200
    for other in (f"{written_docs}/3", f"{written_docs}/{endless}", f"{endless}/1"):
        assert (other, operator.get(f"/gates/data-docs/{other}").status_code) == (other, 404)
    assert operator.get(f"/gates?build={endless}").status_code == 200


@pytest.fixture
def case(nights: Nights) -> tuple[str, UUID]:
    """The page of the persons of an open case of 532528, and the person whom it names, sealed in the vault."""
    person, build = uuid4(), start_build("2024-05-18")
    key = f"{person}·2023-09-01"
    known = {"county_code": "532528", "from_build": build}
    found = {
        "case_kind": "youth_long_term", "finding": "youth_long_term", "case_key": key, "opened_on": "2024-05-02",
        "unit_to_act_zh": "县就业局", "unit_to_act_en": "employment office", "lines": 1,
        "evidence": {"person_key": str(person), "enrolled_on": "2023-09-01"},
    }  # fmt: skip
    insert(nights.connection, "store", "finding_case", [found | known])
    insert(nights.connection, "store", "dim_person", [{"person_key": person, "valid_from": "2024-05-01"} | known])
    nights.connection.execute(
        "insert into vault.person values (%s, 1, '532528', %s)",
        (person, seal(json.dumps(IDENTITY).encode(), place("vault.person.sealed", person))),
    )
    publish(build)
    named = {"kind": "youth_long_term", "finding": "youth_long_term", "key": key}
    return f"/cases/persons?{urlencode(named)}", person


def test_a_case_worker_is_shown_a_person_of_the_county_on_the_record(
    console: FastAPI, nights: Nights, case: tuple[str, UUID]
) -> None:
    link, person = case
    worker = browser_of("caseworker_532528", console)
    asked = worker.get(link)
    assert str(person) in asked.text and "每天最多查看" in asked.text
    given = {"person": str(person), "purpose": "入户核实"}
    away = worker.fill_in(link, **given)
    assert (away.status_code, "没有应答" in away.text, IDENTITY["id_number"] in away.text) == (409, True, False)
    with opener.listening(settings.current_home().uploads):
        shown = worker.fill_in(link, **given)
    assert shown.status_code == 200
    assert all(value in shown.text for value in IDENTITY.values())
    assert IDENTITY["id_number"] not in worker.get(link).text
    acts = nights.rows("select login, kind, subject, reason from ops.act")
    assert acts == [("caseworker_532528", "reveal", f"person {person}", "入户核实")]


def test_above_the_daily_limit_or_without_a_purpose_the_console_shows_nobody(
    console: FastAPI, nights: Nights, case: tuple[str, UUID]
) -> None:
    link, person = case
    nights.connection.execute("update seeds.setting set value = '1' where name = 'reveal_daily_limit'")
    worker = browser_of("caseworker_532528", console)
    with opener.listening(settings.current_home().uploads):
        empty = worker.fill_in(link, person=str(person), purpose="  ")
        assert (empty.status_code, IDENTITY["id_number"] in empty.text) == (409, False)
        assert worker.fill_in(link, person=str(person), purpose="home visit").status_code == 200
        above = worker.fill_in(link, person=str(person), purpose="once more")
    assert (above.status_code, "已达上限" in above.text, IDENTITY["id_number"] in above.text) == (409, True, False)
    nights.connection.execute("update seeds.setting set enabled = false where name = 'reveal_daily_limit'")
    unlimited = worker.get(link).text
    assert "每天最多" not in unlimited and "None" not in unlimited


def test_the_persons_of_a_case_are_those_whom_its_finding_names(console: FastAPI, nights: Nights) -> None:
    build = start_build("2024-05-18")
    concerned, other = sorted(uuid4() for _ in range(60)), uuid4()
    known = {"county_code": "532528", "from_build": build}
    line = {"project_no": "P1", "period": "2024-04-01", "crew": "1", "amount_due": 100} | known
    checked = [line | {"person_key": person, "finding": "underage", "amount_paid": 100} for person in concerned]
    unpaid = line | {"person_key": other, "amount_paid": 0}
    insert(nights.connection, "store", "relief_payroll_check", [*checked, unpaid | {"finding": "unpaid"}])
    insert(nights.connection, "store", "fct_relief_payroll_line", [unpaid])
    post = {"post_no": "G1"} | known
    tenure = {"person_key": other, "start_on": "2024-01-01", "reported_start_on": "2024-01-01"}
    insert(nights.connection, "store", "fct_post_tenure", [post | tenure])
    found = {"finding": "paid_not_holder", "opened_on": "2024-05-02"}
    insert(
        nights.connection,
        "store",
        "public_post_finding",
        [post | found | {"evidence": [{"person_key": concerned[0]}]}],
    )
    cases = {
        ("relief_payroll", "underage"): {"project_no": "P1", "period": "2024-04-01", "finding": "underage"},
        ("public_post", "paid_not_holder"): {"county_code": "532528", "post_no": "G1"} | found,
    }
    common = {"case_key": "a key", "opened_on": "2024-05-02", "unit_to_act_zh": "县就业局", "unit_to_act_en": "office"}
    insert(
        nights.connection,
        "store",
        "finding_case",
        [
            known | common | {"case_kind": kind, "finding": finding, "lines": 1, "evidence": evidence}
            for (kind, finding), evidence in cases.items()
        ],
    )
    publish(build)
    worker = browser_of("caseworker_532528", console)

    def persons(kind: str, finding: str) -> list[str]:
        page = worker.get(f"/cases/persons?{urlencode({'kind': kind, 'finding': finding, 'key': 'a key'})}").text
        return re.findall(r'name="person" value="([^"]+)"', page)

    assert persons("relief_payroll", "underage") == [str(person) for person in concerned]
    assert persons("public_post", "paid_not_holder") == [str(concerned[0])]


def test_closed_cases_are_listed_the_latest_first(console: FastAPI, nights: Nights) -> None:
    build = start_build("2024-05-18")
    known = {
        "case_kind": "feed", "finding": "feed", "unit_to_act_zh": "县（市）人社局", "unit_to_act_en": "county bureau",
        "lines": 1, "county_code": "532528", "from_build": build,
    }  # fmt: skip
    closed = [("2024-05-03", "gone"), ("2024-05-12", "resolved"), (None, None)]
    found = [
        {"case_key": f"{feed}·532528", "opened_on": "2024-05-02", "closed_on": day, "close_reason": reason}
        for (day, reason), feed in zip(closed, ("workshop", "employment", "job_event"), strict=True)
    ]
    insert(nights.connection, "store", "finding_case", [each | known for each in found])
    publish(build)
    worker = browser_of("caseworker_532528", console)
    titles = [contract_of(feed).title_zh for feed in ("employment", "workshop", "job_event")]

    def listed(page: str) -> list[str]:
        links = re.findall(r'href="/cases/one[^"]*">([^<]+)</a>', worker.get(page).text)
        return [next(title for title in titles if title in link) for link in links]

    assert (listed("/cases?closed=false&kind="), listed("/cases?closed=true")) == (titles[2:], titles[:2])
    link = next(link for link in links_of(worker.get("/cases?closed=true").text) if link.startswith("/cases/one"))
    shown = worker.get(link).text
    assert "已于 5月12日 办结" in shown and 'name="explanation"' not in shown


def test_each_case_has_a_page_of_its_own_and_waived_ones_are_counted_apart(console: FastAPI, nights: Nights) -> None:
    build = start_build("2024-05-18")
    known = {
        "county_code": "532528", "unit_to_act_zh": "县（市）人社局", "unit_to_act_en": "county bureau", "lines": 1,
        "case_kind": "zero_employment_household", "finding": "zero_employment_household",
        "case_key": "532528·2021-03-0145", "opened_on": "2024-05-10", "from_build": build,
    }  # fmt: skip
    closed = {"opened_on": "2024-05-02", "closed_on": "2024-05-05", "close_reason": "resolved"}
    waived = {"case_key": "532528·H2", "opened_on": "2024-01-01", "waived_until": "2024-12-31"}
    missing = {"case_kind": "feed", "finding": "feed", "opened_on": "2024-05-18"}
    projects = [missing | {"case_key": f"relief_payroll·532528YG{number}"} for number in (1, 2)]
    insert(nights.connection, "store", "finding_case", [known | own for own in ({}, closed, waived, *projects)])
    publish(build)
    worker = browser_of("caseworker_532528", console)

    def listed(page: str) -> list[tuple[str, str]]:
        found = re.findall(r'href="(/cases/one[^"]*)">[^<]* ([^< ]+)</a>', worker.get(page).text)
        return [(link.replace("&amp;", "&"), about) for link, about in found]

    cases = listed("/cases")
    payroll = contract_of("relief_payroll").title_zh
    about = [f"{payroll}（532528YG{number}）" for number in (1, 2)]
    assert [name for _, name in cases] == ["2021-03-0145", *about, "H2"]
    assert "1 项；" in (shown := worker.get("/cases").text) and "另有豁免 1 项" in shown
    assert "已 8 天未结" in worker.get(cases[0][0]).text
    [(link, _)] = listed("/cases?closed=true")
    assert "已于 5月5日 办结" in worker.get(link).text
    assert "没有符合条件的事项" in worker.get("/cases?kind=return_risk").text


def test_of_the_amounts_of_cases_only_what_is_owed_is_added_up(console: FastAPI, nights: Nights) -> None:
    """One line of payroll that the bank returned: two cases, each with its amount, and owed once."""
    build = start_build("2024-05-18")
    known = {
        "county_code": "532528", "unit_to_act_zh": "代发银行", "unit_to_act_en": "paying bank", "lines": 1,
        "case_kind": "relief_payroll", "opened_on": "2024-05-10", "amount": 3000, "from_build": build,
    }  # fmt: skip
    found = [{"finding": found, "case_key": f"YG1·2024-04-01·{found}"} for found in ("unpaid", "bank_failed")]
    risk = {"case_kind": "return_risk", "finding": "return_risk", "case_key": "532528·H1"}
    insert(nights.connection, "store", "finding_case", [known | each for each in (*found, risk)])
    publish(build)
    lead = browser_of("caseworker_532528", console).get("/cases").text.split('class="lead">')[1].split("</p>")[0]
    assert re.findall(r"\d 项[^；。]*", lead) == ["2 项（欠发 3,000.00 元）", "1 项"]


def test_a_unit_that_is_no_county_stays_chosen(console: FastAPI) -> None:
    page = browser_of(OWN_LOGIN, console).get("/deliveries?unit=532528YG1&status=held").text
    assert re.findall(r'<option value="([^"]+)" selected', page) == ["532528YG1", "held"]


def test_an_alert_links_to_what_has_to_be_done_where_the_login_may_open_it(console: FastAPI, nights: Nights) -> None:
    nights.connection.execute(
        "insert into ops.alert (report_date, level, kind, unit, title, body, link)"
        " values ('2024-05-02', 'critical', 'feed_missing', '532528', '未报 | missing', '补报 | send', '/uploads')"
    )
    linked = '<a href="/uploads">去办理'
    assert linked in browser_of(COUNTY, console).get("/alerts").text
    operator = browser_of(OWN_LOGIN, console).get("/alerts").text
    assert "未报" in operator and linked not in operator


def test_an_alert_links_to_no_mart_that_the_login_may_not_read_and_not_to_its_own_page(
    console: FastAPI, nights: Nights
) -> None:
    build = start_build("2024-05-02")
    marts = {"/marts/zero_employment_household", "/marts/double_registration"}
    for link in (*marts, "/alerts"):
        nights.connection.execute(
            "insert into ops.alert (build, report_date, level, kind, unit, title, body, link)"
            " values (%s, '2024-05-02', 'critical', %s, '532528', '新增 | new', '帮扶 | help', %s)",
            (build, link, link),
        )
    for role, led in (("wh_auditor", set()), (COUNTY, marts)):
        browser = browser_of(role, console)
        assert (role, set(re.findall(r'<a href="([^"]*)">去办理', browser.get("/alerts").text))) == (role, led)
        assert not marts & set(links_of(browser.get("/tonight").text))
        assert {browser.get(link).status_code for link in led} <= {200}


def test_a_long_list_is_shown_fifty_rows_a_page_with_its_filter(console: FastAPI, nights: Nights) -> None:
    nights.connection.execute(
        "insert into ops.act (login, kind, subject) select 'a', k, k || ' no. ' || n || '.'"
        " from generate_series(1, 60) as n, unnest(array['take_workbook', 'explain_case']) as k"
    )
    operator = browser_of(OWN_LOGIN, console)
    first = operator.get("/acts?kind=take_workbook").text
    assert re.findall(r"no\. (\d+)\.", first) == [str(number) for number in range(60, 10, -1)]
    assert "共 60 条" in first and "第 1 页，共 2 页" in first
    [following] = [link for link in links_of(first) if "page=2" in link and "language" not in link]
    second = operator.get(following).text
    assert re.findall(r"take_workbook no\. (\d+)\.", second) == [str(number) for number in range(10, 0, -1)]
    assert "explain_case no." not in second and "下一页" not in second


def test_an_act_calls_units_and_feeds_by_name(console: FastAPI, nights: Nights) -> None:
    nights.connection.execute(
        "insert into ops.act (login, kind, subject) values"
        " ('a', 'release_delivery', 'gig_orders hr_platform 2024-05-20: 12'),"
        " ('a', 'grant_waiver', 'volume.ratio 532528 2024-05-18–2024-05-19')"
    )
    shown = browser_of(OWN_LOGIN, console).get("/acts").text
    assert "零工订单 人才平台 2024-05-20: 12" in shown
    assert "volume.ratio 元阳县 2024-05-18–2024-05-19" in shown


def test_the_evidence_of_a_case_is_named_in_words(console: FastAPI, case: tuple[str, UUID]) -> None:
    shown = browser_of("caseworker_532528", console).get(case[0].replace("/persons", "/one")).text
    assert all(f"<dt>{name}</dt>" in shown for name in ("人员代号", "入学日期"))
    assert "<dt>person_key</dt>" not in shown


def test_nobody_else_is_shown_the_persons_of_a_case(console: FastAPI, case: tuple[str, UUID]) -> None:
    link, person = case
    for role, status in ((COUNTY, 403), ("wh_analyst", 403), ("caseworker_532503", 404)):
        answer = browser_of(role, console).get(link)
        assert (role, answer.status_code, str(person) in answer.text.partition("<main")[2]) == (role, status, False)


def test_the_socket_opens_only_persons_of_the_vault(case: tuple[str, UUID]) -> None:
    folder = settings.current_home().uploads
    other = seal(b'{"id_number": "1"}', place("vault.rejected_row.sealed", 1))
    with opener.listening(folder):
        assert oct((folder / opener.SOCKET).stat().st_mode & 0o777) == "0o600"
        with pytest.raises(opener.OpenerUnreachable):
            opener.ask(folder, other, uuid4())
        sealed = seal(json.dumps(IDENTITY).encode(), place("vault.person.sealed", case[1]))
        assert opener.ask(folder, sealed, case[1]) == IDENTITY


def test_a_publication_has_a_page_with_its_digest_and_its_restatements(console: FastAPI, nights: Nights) -> None:
    number = publish(start_build("2024-05-01"))
    later = start_build("2024-05-02")
    changed = {
        "indicator": "rural_employed", "county_code": "532528", "on_date": "2024-05-01", "as_published": 1234567,
        "published_in": number, "as_known_now": 1234569, "difference": 2, "cause": "late_file",
        "causes": ["late_file"], "from_build": later,
    }  # fmt: skip
    insert(nights.connection, "store", "restatement", [changed])
    publish(later)
    operator = browser_of(OWN_LOGIN, console)
    assert f'href="/publications/{number}"' in operator.get("/publications").text
    page = operator.get(f"/publications/{number}").text
    digest = nights.scalar("select encode(digest, 'hex') from ops.publication where publication = %s", number)
    assert digest in page and "1 / 1 项已检查" in page and "不能读取监测表" in page
    analyst = browser_of("wh_analyst", console).get(f"/publications/{number}").text
    assert all(part in analyst for part in ("1,234,567", "1,234,569", "迟报", "1 个数与今日所知不同"))
    assert "没有：各数与今日所知一致" in browser_of("wh_analyst", console).get(f"/publications/{later}").text
    assert operator.get("/publications/999").status_code == 404


def test_a_publication_that_is_not_compared_is_not_called_unchanged(console: FastAPI, nights: Nights) -> None:
    early, compared, newest = (publish(start_build(f"2024-05-0{day}")) for day in (1, 1, 2))
    analyst = browser_of("wh_analyst", console)

    def said(number: int) -> tuple[bool, list[str]]:
        """Whether its figures are called those known now; and what is said instead."""
        page = analyst.get(f"/publications/{number}").text.partition("<h2>修订")[2].partition("各次发布")[0]
        return "各数与今日所知一致" in page, re.findall(r"与今日所知比较的是.*?/(\d+)|(不再|不)与今日所知比较", page)

    assert [said(number) for number in (early, compared, newest)] == [
        (False, [(str(compared), "")]), (True, []), (True, [])
    ]  # fmt: skip
    nights.connection.execute("update seeds.setting set value = '1' where name = 'restatement_days'")
    assert said(compared) == (False, [("", "不再")])
    nights.connection.execute("update seeds.setting set value = '400' where name = 'restatement_days'")
    nights.connection.execute("insert into ops.month_close (month, publication) values ('2024-05-01', %s)", (newest,))
    assert said(compared) == (False, [(str(newest), "")])
    assert said(newest) == (True, [])
    later = publish(start_build("2024-05-03"))
    nights.connection.execute("update seeds.setting set value = '1' where name = 'restatement_days'")
    assert said(newest) == (False, [("", "不再")])  # the final one of a month that is too old
    nights.connection.execute("update seeds.setting set value = '400' where name = 'restatement_days'")
    assert said(newest) == (True, [])
    publication.roll_back(later, [], "a wrong file")
    assert said(later) == (False, [("", "不")])
