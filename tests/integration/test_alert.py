"""Alerts on a real server, sent to a receiver on this machine."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from psycopg import sql
from tests.kit.nights import publish
from tests.kit.receivers import Channel, mail_server, webhook

from employment_warehouse import alert, publication
from employment_warehouse.alert_kinds import alert_kinds
from employment_warehouse.console.menu import PAGES
from employment_warehouse.contract import contracts
from employment_warehouse.database import connect
from employment_warehouse.runtime import steps

DAY = date(2024, 5, 2)
YUANYANG, GEJIU = "532528", "532501"
REASON = "本次 59 行，上次 178 行"
LOCKED = ("refused", "password_protected")
NOT_RESOLVED = "select kind from ops.alert where kind = 'holidays_unknown' and resolved_at is null"


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Channel]:
    with webhook() as served:
        monkeypatch.setenv("WAREHOUSE_ALERT_URLS", served.address)
        yield served


@pytest.fixture
def build(warehouse: psycopg.Connection) -> int:
    """A night of 2 May in which one county's register is held and another county has sent nothing."""
    number = publication.start_build(DAY, "run")
    deliver(warehouse, "labor_register", YUANYANG, ("held", REASON), number)
    for unit in (YUANYANG, GEJIU):
        warehouse.execute("insert into ops.due values ('labor_register', %s, %s, '2024-05-02 20:00+08')", (unit, DAY))
    return number


def deliver(
    warehouse: psycopg.Connection,
    feed: str,
    unit: str,
    state: tuple[str, str],
    build: int | None = None,
    *,
    report_date: date = DAY,
) -> None:
    """A delivery with its status and reason; its file name must not appear in alerts."""
    warehouse.execute(
        """
        insert into ops.delivery (
            feed, unit, report_date, revision, kind, sha256, path, arrived_at, rows_read, rows_landed, status,
            reason, build
        ) values (%s, %s, %s, 1, 'file', %s, '/zone/CANARY.xlsx', '2024-05-02 19:30+08', 1200, 1200, %s, %s, %s)
        """,
        (feed, unit, report_date, hashlib.sha256(unit.encode()).digest(), *state, build),
    )


def alerts(warehouse: psycopg.Connection) -> dict[tuple[str, str], tuple[str, str, str]]:
    rows = warehouse.execute("select kind, unit, level, title, body from ops.alert").fetchall()
    return {(kind, unit): (level, title, body) for kind, unit, level, title, body in rows}


@pytest.mark.quick
def test_held_and_missing_submissions_alert_their_county(warehouse: psycopg.Connection, build: int) -> None:
    publish(build)
    alert.raise_night_alerts(build)
    found = alerts(warehouse)
    assert set(found) == {("delivery_held", YUANYANG), ("feed_missing", GEJIU)}
    level, title, body = found["delivery_held", YUANYANG]
    assert level == "critical"
    assert title == "元阳县：1 份报送被暂扣 | Submissions held: 1"
    assert "农村劳动力台账（5月2日，1,200 行，05-02 19:30 到达）：本次 59 行，上次 178 行。此前未报" in body
    assert "请县（市）人力资源和社会保障局核对后重报" in body
    (number,) = warehouse.execute("select delivery_id from ops.delivery where status = 'held'").fetchone() or (0,)
    assert f"（报送编号 {number}）" in body
    assert f"(delivery {number})" in body
    level, title, body = found["feed_missing", GEJIU]
    assert level == "warning"
    assert title.startswith("个旧市：1 张报表未报")
    assert "农村劳动力台账（应于 05-02 20:00 前报送）。此前未报" in body
    assert "(due 05-02 20:00). Never reported before" in body


def test_a_platform_that_was_not_read_is_not_a_missing_feed(warehouse: psycopg.Connection, build: int) -> None:
    warehouse.execute("insert into ops.due values ('gig_orders', 'hr_platform', %s, '2024-05-02 20:00+08')", (DAY,))
    publish(build)
    alert.raise_night_alerts(build)
    assert ("feed_missing", "hr_platform") not in alerts(warehouse)


def test_the_platform_is_called_by_its_name(warehouse: psycopg.Connection, build: int) -> None:
    deliver(warehouse, "gig_orders", "hr_platform", ("held", REASON), build)
    publish(build)
    alert.raise_night_alerts(build)
    _, title, body = alerts(warehouse)["delivery_held", "hr_platform"]
    assert title.startswith("人才平台：1 份报送被暂扣") and "hr_platform" not in title + body


def test_a_missing_feed_names_the_data_that_are_shown_instead(warehouse: psycopg.Connection, build: int) -> None:
    deliver(warehouse, "labor_register", GEJIU, ("accepted", ""), build, report_date=date(2024, 4, 18))
    publish(build)
    alert.raise_night_alerts(build)
    _, _, body = alerts(warehouse)["feed_missing", GEJIU]
    assert "沿用 4月18日 数据" in body
    assert "The data of 2024-04-18 are carried forward" in body


def test_a_refused_file_alerts_in_words(warehouse: psycopg.Connection, build: int) -> None:
    deliver(warehouse, "employment", GEJIU, LOCKED)
    publish(build)
    alert.raise_night_alerts(build)
    _, title, body = alerts(warehouse)["file_refused", GEJIU]
    assert title.startswith("个旧市：1 个文件无法读取")
    assert "有密码保护" in body
    assert "Protected by a password" in body
    assert "password_protected" not in body


def test_a_refused_file_alerts_with_the_missing_columns(warehouse: psycopg.Connection, build: int) -> None:
    deliver(warehouse, "employment", GEJIU, ("refused", "required_column_missing"))
    missing = '{"refusal": "身份证号、姓名 | 身份证号、姓名"}'
    warehouse.execute("update ops.delivery set understood = %s where feed = 'employment'", (missing,))
    publish(build)
    alert.raise_night_alerts(build)
    _, _, body = alerts(warehouse)["file_refused", GEJIU]
    assert "缺少必填列：身份证号、姓名。" in body
    assert "Required columns are missing: 身份证号、姓名." in body


def test_sheets_left_out_alert_without_their_names(warehouse: psycopg.Connection, build: int) -> None:
    deliver(warehouse, "employment", GEJIU, ("accepted", ""), build)
    notes = '{"notes": ["工作表“CANARY”未读取"], "sheets": []}'
    warehouse.execute("update ops.delivery set understood = %s where feed = 'employment'", (notes,))
    publish(build)
    alert.raise_night_alerts(build)
    level, title, body = alerts(warehouse)["sheets_left_out", GEJIU]
    assert (level, "1 份报送" in title, "1 个工作簿共 1 张工作表" in body) == ("warning", True, True)
    assert "CANARY" not in title + body


def test_each_county_is_alerted_of_persons_on_two_registers_without_the_other_county(
    warehouse: psycopg.Connection, build: int
) -> None:
    for county, persons in ((GEJIU, "2"), (YUANYANG, "3")):
        warehouse.execute(
            "insert into ops.check_result (build, gate, suite, check_name, unit, severity, success, observed)"
            " values (%s, 2, 'double_registration', 'listed_twice', %s, 'warning', false, %s)",
            (build, county, persons),
        )
    publish(build)
    alert.raise_night_alerts(build)
    for county, persons, foreign in ((GEJIU, "2", ("元阳", YUANYANG)), (YUANYANG, "3", ("个旧", GEJIU))):
        level, title, body = alerts(warehouse)["double_registration", county]
        assert (level, title.endswith(f"another county's register of labour: {persons}")) == ("warning", True)
        assert not any(name in title + body for name in foreign)


def test_raising_the_alerts_of_a_night_again_adds_none(warehouse: psycopg.Connection, build: int) -> None:
    publish(build)
    assert alert.raise_night_alerts(build) == alert.raise_night_alerts(build) == len(alerts(warehouse))


def test_a_failed_night_alerts(warehouse: psycopg.Connection, build: int) -> None:
    alert.raise_night_alerts(build)
    _, title, body = alerts(warehouse)["night_failed", "532500"]
    assert title == "5月2日夜间汇总未能完成 | The night of 2024-05-02 failed"
    assert "读者看到的仍是上次发布" in body


def test_a_held_night_alerts_with_its_failed_checks(warehouse: psycopg.Connection, build: int) -> None:
    publication.hold_night(build, "gate 2 holds the build")
    alert.raise_night_alerts(build)
    _, _, body = alerts(warehouse)["night_held", "532500"]
    assert "红河州：gate 2 holds the build" in body
    warehouse.execute("update ops.build set held_reason = 'WH006 汇总被改动 | the build was changed'")
    alert.raise_night_alerts(build)
    _, _, body = alerts(warehouse)["night_held", "532500"]
    assert body.splitlines()[1::2] == ["· 红河州：汇总被改动", "· 红河州: the build was changed"]
    warehouse.execute(
        "insert into ops.check_result (build, gate, suite, check_name, unit, severity, success, message_zh, message_en)"
        " values (%s, 2, 's', 'c', %s, 'critical', false, '人数不符', 'The totals differ')",
        (build, YUANYANG),
    )
    alert.raise_night_alerts(build)
    _, title, body = alerts(warehouse)["night_held", "532500"]
    assert title.startswith("5月2日未发布")
    assert "元阳县：人数不符" in body
    assert "The totals differ" in body


def test_wages_owed_alert_with_persons_and_money(warehouse: psycopg.Connection, build: int) -> None:
    lines = (("relief_payroll", 1000, 0), ("public_post_payment", 500, 400), ("relief_payroll", 800, 800))
    for number, (feed, due, paid) in enumerate(lines):
        warehouse.execute(
            """
            insert into store.fct_wage_payment (
                feed, unit, period, person_key, item, county_code, amount_due, amount_paid, pay_due_on, from_build
            ) values (%s, 'P1', '2024-03-01', %s, %s, %s, %s, %s, '2024-04-15', %s)
            """,
            (feed, uuid.uuid4(), str(number), YUANYANG, due, paid, build),
        )
    publish(build)
    alert.raise_night_alerts(build)
    _, title, body = alerts(warehouse)["wages_owed", YUANYANG]
    assert title.startswith("元阳县：欠发 1,100.00 元，2 人")
    assert "以工代赈劳务报酬 1,000.00 元，公益性岗位补贴 100.00 元。最早约定发放日 4月15日" in body


@pytest.fixture
def new_cases(warehouse: psycopg.Connection, build: int) -> int:
    """A published night of 3 May with two new cases in a county, of which one is told two days late, and one that was
    known.
    """
    unemployed(warehouse, build, "H3", date(2024, 5, 1))
    publish(build)
    second = publication.start_build(date(2024, 5, 3), "second")
    unemployed(warehouse, second, "H1", date(2024, 5, 3))
    unemployed(warehouse, second, "H2", date(2024, 5, 1))
    publish(second)
    return second


def unemployed(warehouse: psycopg.Connection, build: int, household: str, opened_on: date) -> None:
    """A household without employment, first in this build; H1 is relocated."""
    warehouse.execute(
        """
        insert into store.zero_employment_household (
            county_code, household_no, township_code, is_relocated, members_in_labour_force, opened_on, from_build
        ) values (%s, %s, '532528100', %s, 2, %s, %s)
        """,
        (YUANYANG, household, household == "H1", opened_on, build),
    )


def zero_employment(warehouse: psycopg.Connection, build: int) -> dict[str, tuple[str, str]]:
    alert.raise_night_alerts(build)
    return {
        kind: (title, body)
        for (kind, _), (_, title, body) in alerts(warehouse).items()
        if kind.startswith("zero_employment")
    }


def test_new_zero_employment_households_alert(warehouse: psycopg.Connection, new_cases: int) -> None:
    deliver(warehouse, "employment", YUANYANG, ("accepted", ""), new_cases, report_date=date(2024, 5, 3))
    found = zero_employment(warehouse, new_cases)
    assert set(found) == {"zero_employment"}
    title, body = found["zero_employment"]
    assert title.startswith("元阳县：新增零就业家庭 2 户，其中易地搬迁 1 户")
    assert "H1" not in title + body


def test_a_county_without_an_employment_register_raises_no_zero_employment_alarm(
    warehouse: psycopg.Connection, new_cases: int
) -> None:
    assert zero_employment(warehouse, new_cases) == {}


def test_a_zero_employment_alarm_mentions_an_employment_register_that_is_not_tonights(
    warehouse: psycopg.Connection, new_cases: int
) -> None:
    deliver(warehouse, "employment", YUANYANG, ("accepted", ""), new_cases)
    warehouse.execute("insert into ops.due values ('employment', %s, '2024-05-03', '2024-05-03 20:00+08')", (YUANYANG,))
    found = zero_employment(warehouse, new_cases)
    assert set(found) == {"zero_employment_uncertain"}
    title, body = found["zero_employment_uncertain"]
    assert title.startswith("元阳县：可能新增零就业家庭 2 户，其中易地搬迁 1 户，数据不完整")
    assert "有的成员可能已就业：务工就业台账为 5月2日 数据。请" in body
    assert "Some members may be employed: the register of employment is that of 2024-05-02. The county's" in body


def test_a_zero_employment_alarm_mentions_gig_orders_that_were_not_read(
    warehouse: psycopg.Connection, registers: int
) -> None:
    """They are evidence for a week; a platform that was never read has no part in it."""
    warehouse.execute("insert into ops.due values ('gig_orders', 'hr_platform', '2024-05-03', '2024-05-03 20:00+08')")
    assert set(zero_employment(warehouse, registers)) == {"zero_employment"}
    deliver(warehouse, "gig_orders", "hr_platform", ("accepted", ""), registers, report_date=date(2024, 5, 2))
    _, body = zero_employment(warehouse, registers)["zero_employment_uncertain"]
    assert "有的成员可能已就业：零工订单只读到 5月2日。请" in body
    assert "Some members may be employed: gig orders were read until 2024-05-02 only. The county's" in body


def test_a_register_that_was_sent_before_it_was_due_is_no_gap(warehouse: psycopg.Connection, new_cases: int) -> None:
    """Weekly, and sent a day early: it answers what was due on 3 May, as in `feed_timeliness`."""
    deliver(warehouse, "employment", YUANYANG, ("accepted", ""), new_cases)
    for on in ("2024-04-26", "2024-05-03"):
        warehouse.execute(
            "insert into ops.due values ('employment', %s, %s, %s::date + time '20:00')", (YUANYANG, on, on)
        )
    assert set(zero_employment(warehouse, new_cases)) == {"zero_employment"}


def correction(warehouse: psycopg.Connection, feed: str, number: int, status: str, build: int) -> int:
    """A return workbook of 3 May, by its number; the delivery."""
    row = warehouse.execute(
        "insert into ops.delivery (feed, unit, report_date, part, revision, kind, sha256, arrived_at, rows_read,"
        " rows_landed, status, build)"
        " values (%s, %s, '2024-05-03', %s, 1, 'correction', sha256('c'), now(), 12, 12, %s, %s) returning delivery_id",
        (feed, YUANYANG, f"～00{number}", status, build),
    ).fetchone()
    assert row
    return int(row[0])


def reject(
    warehouse: psycopg.Connection, feed: str, lines: range, corrected_by: int | None = None, reason: str = "missing"
) -> None:
    """Rows of the register of 3 May, each with two wrong cells."""
    warehouse.execute(
        "insert into vault.rejected_row (delivery_id, line, column_name, reason, sealed, corrected_by)"
        " select d.delivery_id, line, cell, %s, '', %s"
        " from ops.delivery as d, unnest(%s::integer []) as line, unnest(array['name', 'id_number']) as cell"
        " where (d.feed, d.unit, d.report_date, d.kind) = (%s, %s, '2024-05-03', 'file')",
        (reason, corrected_by, list(lines), feed, YUANYANG),
    )


@pytest.fixture
def registers(warehouse: psycopg.Connection, new_cases: int) -> int:
    """The night of 3 May with both registers of the county."""
    for register in ("employment", "labor_register"):
        deliver(warehouse, register, YUANYANG, ("accepted", ""), new_cases, report_date=date(2024, 5, 3))
    return new_cases


@pytest.mark.parametrize("feed", ["employment", "labor_register"])
def test_a_zero_employment_alarm_mentions_rows_of_the_registers_that_nobody_has_corrected(
    warehouse: psycopg.Connection, registers: int, feed: str
) -> None:
    """Of 12 rejected rows a workbook has corrected 5, and brought 7 others; one corrects 2 more, and is held."""
    reject(warehouse, feed, range(2, 7), correction(warehouse, feed, 1, "accepted", registers))
    reject(warehouse, feed, range(7, 9), correction(warehouse, feed, 2, "held", registers))
    reject(warehouse, feed, range(9, 14))
    _, body = zero_employment(warehouse, registers)["zero_employment_uncertain"]
    assert "有的成员可能已就业：劳动力台账、务工就业台账有 7 行退回未改正。请" in body
    assert "employed: rows of the registers that were rejected and not corrected: 7. The" in body


def test_a_zero_employment_alarm_is_certain_once_every_row_is_corrected(
    warehouse: psycopg.Connection, registers: int
) -> None:
    """Also by the second workbook, of which the first was as wrong as the file. A repeated row needs no correction."""
    first = correction(warehouse, "employment", 1, "accepted", registers)
    warehouse.execute("update ops.delivery set rows_landed = 0, rows_rejected = 12 where delivery_id = %s", (first,))
    reject(warehouse, "employment", range(2, 14), correction(warehouse, "employment", 2, "accepted", registers))
    reject(warehouse, "employment", range(20, 22), reason="duplicate_key")
    warehouse.execute(
        "update ops.delivery set rows_rejected = 14, rows_landed = 1186 where kind = 'file' and feed = 'employment'"
    )
    assert set(zero_employment(warehouse, registers)) == {"zero_employment"}


@pytest.mark.quick
def test_a_county_gets_one_digest_with_the_most_urgent_first(
    warehouse: psycopg.Connection, build: int, channel: Channel
) -> None:
    deliver(warehouse, "employment", GEJIU, LOCKED)
    publish(build)
    alert.raise_night_alerts(build)
    assert alert.deliver_alerts(build) == (2, 0)
    titles = [message["title"] for message in channel.received]
    assert titles == [
        "【就业监测】个旧市 2024-05-02：2 项需处理 | 2 to act on",
        "【就业监测】元阳县 2024-05-02：1 项需处理 | 1 to act on",
    ]
    first = channel.received[0]
    assert first["type"] == "failure"
    assert first["message"].index("文件无法读取") < first["message"].index("报表未报")
    assert alert.deliver_alerts(build) == (0, 0)
    assert len(channel.received) == 2


def test_no_digest_waits_for_a_case_worker_whose_transaction_is_open(
    warehouse: psycopg.Connection, build: int, channel: Channel
) -> None:
    """Above the daily limit a reveal writes into the day's alert, and keeps it for as long as its caller likes."""
    publish(build)
    warehouse.execute("update seeds.setting set value = '0' where name = 'reveal_daily_limit'")
    role = sql.SQL("alter role wh_publisher in database {} set lock_timeout = '2s'")
    warehouse.execute(role.format(sql.Identifier(warehouse.info.dbname)))
    for county in (YUANYANG, GEJIU):
        case_worker = connect(f"caseworker_{county}")
        case_worker.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        case_worker.execute("select * from vault.reveal(%s, 'home visit')", (uuid.uuid4(),))
        if county == YUANYANG:
            case_worker.commit()
    assert alert.deliver_alerts(build).sent == 1
    case_worker.close()


def test_a_digest_links_to_pages_of_the_console_that_exist(
    warehouse: psycopg.Connection, build: int, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_CONSOLE_URL", "https://jiuye.example.gov.cn/")
    publish(build)
    alert.raise_night_alerts(build)
    alert.deliver_alerts(build)
    [message] = [message["message"] for message in channel.received if "元阳县" in message["title"]]
    assert f"https://jiuye.example.gov.cn/deliveries?unit={YUANYANG}&status=held" in message.splitlines()
    paths = {page.path for page in PAGES} | {"/marts/double_registration", "/marts/zero_employment_household"}
    links = {kind.page_of(unit) for kind in alert_kinds().values() for unit in (YUANYANG, "532528YG1") if kind.link}
    assert {link.partition("?")[0] for link in links} <= paths
    assert [alert_kinds()["feed_missing"].page_of(unit) for unit in (YUANYANG, "532528YG1")] == ["/uploads", "/tonight"]


def test_a_digest_that_a_channel_does_not_accept_is_sent_by_the_next_call(
    warehouse: psycopg.Connection, build: int, channel: Channel
) -> None:
    publish(build)
    alert.raise_night_alerts(build)
    channel.is_down = True
    assert alert.deliver_alerts(build) == (0, 2)
    unsent = "select count(*) from ops.alert where sent_at is null and send_error is not null"
    assert warehouse.execute(unsent).fetchone() == (2,)
    channel.is_down = False
    assert alert.deliver_alerts(build) == (2, 0)
    assert warehouse.execute(unsent).fetchone() == (0,)


def test_without_a_channel_alerts_stay_in_the_ledger(
    warehouse: psycopg.Connection, build: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WAREHOUSE_ALERT_URLS", raising=False)
    publish(build)
    alert.raise_night_alerts(build)
    assert alert.deliver_alerts(build) == (0, 0)
    assert len(alerts(warehouse)) == 2


def test_no_alert_quotes_the_name_of_a_file(warehouse: psycopg.Connection, build: int) -> None:
    deliver(warehouse, "employment", GEJIU, LOCKED)
    publish(build)
    alert.raise_night_alerts(build)
    assert "CANARY" not in str(alerts(warehouse))


def test_a_night_that_was_not_started_alerts_once_for_each_date(
    warehouse: psycopg.Connection, build: int, channel: Channel
) -> None:
    for day in ("2024-05-03", "2024-05-03", "2024-05-04"):
        steps.deliver_alerts(day, "night__of a run that failed early")
    messages = [message["message"] for message in channel.received]
    assert ["5月3日夜间汇总未能启动" in message for message in messages] == [True, False]
    assert "5月4日夜间汇总未能启动" in messages[1]
    assert alerts(warehouse).keys() == {("night_not_started", "532500")}


def test_three_builds_of_a_date_send_one_digest(warehouse: psycopg.Connection, build: int, channel: Channel) -> None:
    publish(build)
    alert.raise_night_alerts(build)
    assert alert.deliver_alerts(build) == (2, 0)
    for run in ("at six", "at 07:40"):
        later = publication.start_build(DAY, run)
        publish(later)
        alert.raise_night_alerts(later)
        assert alert.deliver_alerts(later) == (0, 0)
    assert len(channel.received) == 2


def test_an_alert_whose_words_changed_after_it_was_sent_is_sent_again(
    warehouse: psycopg.Connection, build: int, channel: Channel
) -> None:
    """By the next build another feed of Gejiu is due; of Yuanyang nothing is new, and it gets no second digest."""
    publish(build)
    alert.raise_night_alerts(build)
    assert alert.deliver_alerts(build) == (2, 0)
    warehouse.execute("insert into ops.due values ('employment', %s, %s, '2024-05-02 20:00+08')", (GEJIU, DAY))
    later = publication.start_build(DAY, "at six")
    publish(later)
    alert.raise_night_alerts(later)
    unsent = "select kind, unit from ops.alert where sent_at is null"
    assert warehouse.execute(unsent).fetchall() == [("feed_missing", GEJIU)]
    assert alert.deliver_alerts(later) == (1, 0)
    assert channel.received[2]["title"].startswith("【就业监测】个旧市")
    assert "2 张报表未报" in channel.received[2]["message"]
    assert warehouse.execute(unsent).fetchall() == []
    assert alert.deliver_alerts(later) == (0, 0)


def test_an_alert_that_a_later_build_of_the_date_no_longer_has_is_resolved_and_not_sent(
    warehouse: psycopg.Connection, build: int, channel: Channel
) -> None:
    publish(build)
    alert.raise_night_alerts(build)
    later = publication.start_build(DAY, "at six")
    deliver(warehouse, "labor_register", GEJIU, ("accepted", ""), later)
    publish(later)
    alert.raise_night_alerts(later)
    assert alert.deliver_alerts(later) == (1, 0)
    assert "元阳县" in channel.received[0]["title"]
    resolved = "select kind from ops.alert where resolved_at is not null"
    assert warehouse.execute(resolved).fetchall() == [("feed_missing",)]


def test_a_channel_that_is_down_is_recorded_and_the_others_receive_nothing_twice(
    warehouse: psycopg.Connection, build: int, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_ALERT_URLS", f"json://127.0.0.1:9 {channel.address}")
    publish(build)
    alert.raise_night_alerts(build)
    assert alert.deliver_alerts(build) == (2, 2)
    assert alert.deliver_alerts(build) == (0, 2)
    assert len(channel.received) == 2
    states = warehouse.execute(
        "select sent_at is not null, count(*) from ops.alert_delivery group by 1 order by 1"
    ).fetchall()
    assert states == [(False, 2), (True, 2)]
    assert channel.address not in str(warehouse.execute("select channel from ops.alert_delivery").fetchall())


def test_nothing_is_sent_within_a_transaction(warehouse: psycopg.Connection, build: int, channel: Channel) -> None:
    publish(build)
    alert.raise_night_alerts(build)
    open_transactions: list[int] = []
    channel.on_message = lambda: open_transactions.append(
        warehouse.execute(
            "select count(*) from pg_stat_activity where usename = 'wh_publisher' and state = 'idle in transaction'"
        ).fetchone()[0]  # type: ignore[index]
    )
    assert alert.deliver_alerts(build) == (2, 0)
    assert open_transactions == [0, 0]


def test_a_step_that_could_not_send_fails(warehouse: psycopg.Connection, build: int, channel: Channel) -> None:
    publish(build)
    channel.is_down = True
    with pytest.raises(alert.AlertsNotDelivered):
        steps.deliver_alerts(str(DAY), "run")


def test_a_year_without_holidays_alerts_the_prefecture(warehouse: psycopg.Connection) -> None:
    build = publication.start_build(date(2026, 11, 20), "run")
    alert.raise_night_alerts(build)
    _, title, body = alerts(warehouse)["holidays_unknown", "532500"]
    assert title.startswith("2027 年的节假日安排尚未录入")
    assert "普通周" in body
    warehouse.execute("update seeds.setting set value = '41' where name = 'holidays_needed_days'")
    alert.raise_night_alerts(build)
    assert warehouse.execute(NOT_RESOLVED).fetchall() == []  # 31 December is 41 days ahead


def test_a_bulletin_number_of_several_months_alerts_the_prefecture(
    warehouse: psycopg.Connection, build: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_BULLETIN_NUMBER", "红人社通报〔2024〕6号")
    alert.raise_night_alerts(build)
    _, title, body = alerts(warehouse)["bulletin_number_repeats", "532500"]
    assert title.startswith("月通报的文号“红人社通报〔2024〕6号”每月相同，未采用")
    assert "红人社通报〔{year}〕{month}号" in body
    monkeypatch.setenv("WAREHOUSE_BULLETIN_NUMBER", "红人社通报〔{year}〕{month}号")
    alert.raise_night_alerts(build)
    statement = "select kind from ops.alert where kind = 'bulletin_number_repeats' and resolved_at is null"
    assert warehouse.execute(statement).fetchall() == []


def test_mail_carries_the_digest_to_a_mail_server(
    warehouse: psycopg.Connection, build: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(build)
    alert.raise_night_alerts(build)
    with mail_server() as mailbox:
        monkeypatch.setenv("WAREHOUSE_ALERT_URLS", mailbox.address("operators@example.cn"))
        assert alert.deliver_alerts(build) == (2, 0)
        subjects = [str(message["Subject"]) for message in mailbox.received]
    assert "【就业监测】元阳县 2024-05-02：1 项需处理 | 1 to act on" in subjects


def missing(warehouse: psycopg.Connection, day: date, *feeds: str) -> int:
    """A published night on which Gejiu does not send these feeds."""
    for feed in feeds:
        due = (feed, GEJIU, day, f"{day} 20:00+08")
        warehouse.execute("insert into ops.due values (%s, %s, %s, %s)", due)
    number = publication.start_build(day, str(day))
    publish(number)
    alert.raise_night_alerts(number)
    return number


def test_continued_alerts_are_counted_and_new_ones_listed(warehouse: psycopg.Connection, channel: Channel) -> None:
    alert.deliver_alerts(missing(warehouse, date(2024, 5, 2), "employment"))
    second = missing(warehouse, date(2024, 5, 3), "employment")
    deliver(warehouse, "employment", GEJIU, LOCKED, report_date=date(2024, 5, 1))
    warehouse.execute("update ops.delivery set arrived_at = '2024-05-03 19:00+08'")
    alert.raise_night_alerts(second)
    alert.deliver_alerts(second)
    digest = channel.received[1]
    assert digest["title"] == "【就业监测】个旧市 2024-05-03：1 项需处理，1 项同前 | 1 to act on, 1 as before"
    assert "1 项与上次汇总相同，最早自 5月2日起，仍须处理。" in digest["message"]
    assert "文件无法读取" in digest["message"]
    assert "报表未报" not in digest["message"]
    alert.deliver_alerts(missing(warehouse, date(2024, 5, 4), "employment", "labor_register"))
    assert "2 张报表未报" in channel.received[2]["message"]


def test_alerts_that_a_county_leaves_open_for_days_are_escalated_to_the_prefecture(
    warehouse: psycopg.Connection, channel: Channel
) -> None:
    """The setting says 3 days; the next night the prefecture's own alert is as before."""
    for day in range(2, 7):
        alert.deliver_alerts(missing(warehouse, date(2024, 5, day), "employment"))
    to_prefecture = [message for message in channel.received if "红河州" in message["title"]]
    assert [message["title"].split("：")[1] for message in to_prefecture] == [
        "1 项需处理 | 1 to act on",
        "0 项需处理，1 项同前 | 0 to act on, 1 as before",
    ]
    assert "个旧市：1 张报表未报（自 5月2日 起，已 3 天）" in to_prefecture[0]["message"]
    assert to_prefecture[0]["type"] == "failure"


def test_a_matter_that_paused_for_a_night_is_new_again(warehouse: psycopg.Connection, channel: Channel) -> None:
    for day, feeds in ((2, ["employment"]), (3, []), (4, ["employment"])):
        alert.deliver_alerts(missing(warehouse, date(2024, 5, day), *feeds))
    assert warehouse.execute("select report_date, since from ops.alert order by 1").fetchall() == [
        (date(2024, 5, 2), date(2024, 5, 2)),
        (date(2024, 5, 4), date(2024, 5, 4)),
    ]


def a_bad_day(warehouse: psycopg.Connection) -> int:
    """A published night on which Yuanyang has every kind of trouble with its feeds, and 60 projects sent nothing."""
    number = publication.start_build(DAY, "run")
    feeds = [feed for feed, declared in contracts().items() if declared.unit == "county"]
    for at, feed in enumerate(feeds):
        state = (("held", f"{REASON}，仅为上次的 33%（正常为 80%–180%）；" * 4), LOCKED)[at % 2]
        deliver(warehouse, feed, YUANYANG, state, number)
        warehouse.execute("insert into ops.due values (%s, %s, %s, '2024-05-02 20:00+08')", (feed, YUANYANG, DAY))
    for at in range(60):
        due = ("relief_payroll", f"532528YG{at:02}", DAY)
        warehouse.execute("insert into ops.due values (%s, %s, %s, '2024-05-02 20:00+08')", due)
    publish(number)
    alert.raise_night_alerts(number)
    for kind in ("wages_owed", "zero_employment", "double_registration", "sheets_left_out"):
        alert.raise_alert(
            alert.Alert(
                kind, "warning", YUANYANG, f"元阳县：{kind} | {kind}", "请办理。" * 20, number, DAY, link=f"/{kind}"
            )
        )
    return number


def test_a_digest_of_a_bad_day_is_short_and_counts_what_it_leaves_out(
    warehouse: psycopg.Connection, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is most urgent comes first, with what to do; each alert at least by its title, as long as there is room."""
    monkeypatch.setenv("WAREHOUSE_CONSOLE_URL", "https://jiuye.example.gov.cn")
    alert.deliver_alerts(a_bad_day(warehouse))
    of_county, of_prefecture = (
        next(message for message in channel.received if name in message["title"]) for name in ("元阳县", "红河州")
    )
    county, prefecture = of_county["message"], of_prefecture["message"]
    in_full = "select sum(length(title) + length(body)) from ops.alert where unit = %s"
    assert warehouse.execute(in_full, (YUANYANG,)).fetchone() > (3000,)
    assert len(county) <= 1500
    assert len(prefecture) <= 1500
    headings = [line for line in county.splitlines() if line.startswith("■")]
    assert "被暂扣" in headings[0]
    assert "请县（市）人力资源和社会保障局" in county.split("■")[1]
    assert "……另有" in county.split("■")[1]
    alerts = int(of_county["title"].split("：")[1].split(" ")[0])
    left_out = re.search(r"……另有 (\d+) 项，见控制台“提醒”页", county)
    assert len(headings) + (int(left_out[1]) if left_out else 0) == alerts
    shown = prefecture.count("■")
    assert f"……另有 {60 - shown} 项，见控制台“提醒”页" in prefecture
    assert shown >= 8
