"""Reporting on the console: a clerk checks, sends and corrects; and reaches nothing of another county."""

from __future__ import annotations

import io
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import openpyxl
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import sync_playwright
from tests.kit.console import Browser, browser_of, database_variables, served
from tests.kit.files import COUNTY, DAY, ingest_all, put
from tests.kit.nights import publish, start_build
from tests.kit.people import id_number
from tests.kit.uploads import read_all

from employment_warehouse import returns, settings
from employment_warehouse.console import uploads as page
from employment_warehouse.contract import contract_of
from employment_warehouse.database import OWN_LOGIN
from employment_warehouse.database.connections import address
from employment_warehouse.upload import answer as upload_answer

FEED = "public_post_payment"
OTHER = "532529"
HEADER = "岗位编号,证件号码,补贴月份,出勤天数,应发金额,实发金额"
WRONG = {5: "53252819600101", 11: "5.32528E+17", 20: "999999999999999999"}
TOKEN = re.compile(r'name="token" value="([^"]+)"')


@pytest.fixture
def console(warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    for name, value in database_variables().items():
        monkeypatch.setenv(name, value)
    yield served()
    for left in settings.current_home().uploads.iterdir():
        left.unlink()


def payments() -> bytes:
    people = {row: id_number(row) for row in range(1, 31)} | WRONG
    return "\n".join([HEADER, *(f"P{row},{person},2024-04,22,800,800" for row, person in people.items()), ""]).encode()


def upload(
    clerk: Browser, content: bytes, *, feed: str = FEED, name: str = "五月.csv", act: str = "check", **given: str
) -> httpx.Response:
    """Fill in the form of the page."""
    token = TOKEN.findall(clerk.get("/uploads").text)[-1]
    data = {"token": token, "feed": feed, "day": str(DAY), "act": act} | given
    return clerk.client.post("/uploads", data=data, files={"file": (name, content)})


def answer(clerk: Browser, sent: httpx.Response) -> str:
    """The page of the answer, as it is when the file is read."""
    assert sent.status_code == 303, sent.text
    waiting = clerk.get(sent.headers["location"])
    assert ("正在读取" in waiting.text, waiting.headers["refresh"]) == (True, "2")
    read_all()
    read = clerk.get(sent.headers["location"])
    assert "refresh" not in read.headers
    return read.text


def test_a_clerk_checks_sends_and_corrects_thirty_rows(console: FastAPI, warehouse: psycopg.Connection) -> None:
    clerk = browser_of(f"county_{COUNTY}", console)
    checked = answer(clerk, upload(clerk, payments()))
    assert "读取 30 行，可入库 27 行，" in checked and "退回 3 行" in checked and "没有保存任何内容" in checked
    assert "证件号码" not in checked and "身份证号" in checked  # by the column's own name
    assert not any(person in checked for person in WRONG.values())
    assert warehouse.execute("select from ops.delivery").fetchall() == []
    late = answer(clerk, upload(clerk, payments(), day="2024-05-10"))
    assert "迟报：应于 2024-05-10 20:00 前报送" in late
    sent = upload(clerk, payments(), act="send")
    answer_page = answer(clerk, sent)
    assert "退回 3 行" in answer_page and "迟报" not in answer_page
    [link] = set(re.findall(r'href="(/uploads/return-workbooks/[^"]+)"', answer_page))
    taken = clerk.get(link)
    assert (taken.status_code, COUNTY in taken.headers["content-disposition"]) == (200, True)
    assert warehouse.execute("select login, kind from ops.act").fetchall() == [(f"county_{COUNTY}", "take_workbook")]
    book = openpyxl.load_workbook(io.BytesIO(taken.content))
    sheet = book[contract_of(FEED).title_zh]
    at = [cell.value for cell in sheet[1]].index("证件号码") + 1
    for row in range(2, 5):
        sheet.cell(row, at).value = id_number(900 + row)
    content = io.BytesIO()
    book.save(content)
    back = answer(clerk, upload(clerk, content.getvalue(), feed="corrections", name="改.xlsx", act="send"))
    assert "读取 3 行，入库 3 行，没有退回" in back and "已更正 3 行" in back
    assert "不认识的列" not in back  # the workbook's own are known
    assert clerk.get(link).status_code == 404
    history, first = clerk.get("/uploads").text, clerk.get(sent.headers["location"]).text
    assert link not in history + first
    assert next_step(first).startswith("退回工作簿已不在")
    assert history.count("查看答复") == 4 and "已入库，待汇总" in history
    english = clerk.get(f"{sent.headers['location']}?language=en").text
    assert "30 rows read, 27 landed" in english and "A placeholder that begins with 999999" in english


EVENT = "活动编号,类型,日期,用工单位数,岗位数,参与人数,达成意向数\nE1,专场招聘会,2024-04-30,3,{jobs},100,20\n"
INGESTED = "已入库，由下一次夜间汇总采用，随后发布。"
UNCHANGED = "没有变化，不用再报。"


def next_step(page: str) -> str:
    """What a page tells the clerk to do."""
    [step] = re.findall(r"<h2>下一步</h2>\s*<p>(.*?)</p>", page)
    return str(step)


def test_the_next_step_is_that_of_this_upload_alone(console: FastAPI, warehouse: psycopg.Connection) -> None:
    """One return workbook has what is wrong in all feeds of a date."""
    clerk = browser_of(f"county_{COUNTY}", console)

    def sent(jobs: int, act: str = "send") -> str:
        given = {"feed": "job_event", "name": "活动.csv", "act": act}
        return answer(clerk, upload(clerk, EVENT.format(jobs=jobs).encode(), **given))

    assert next_step(answer(clerk, upload(clerk, payments(), act="send"))).startswith("下载退回工作簿")
    assert returns.path_of(DAY, COUNTY).is_file()
    perfect = sent(50)
    assert (next_step(perfect), "return-workbooks" in perfect) == (INGESTED, False)
    publish(start_build(DAY))
    again = sent(50)
    assert (next_step(again), "该日期已经发布" in again) == (UNCHANGED, False)
    assert next_step(sent(50, "check")) == UNCHANGED
    changed = sent(60)
    assert (next_step(changed), "该日期已经发布" in changed) == (INGESTED, True)
    refused = answer(clerk, upload(clerk, b"\x00\x01nothing", act="send"))
    assert (next_step(refused)[:6], "return-workbooks" in refused) == ("改好后重新上", False)


def test_rows_that_are_only_repeated_leave_nothing_to_do(console: FastAPI, warehouse: psycopg.Connection) -> None:
    clerk = browser_of(f"county_{COUNTY}", console)
    people = [*range(1, 29), 30, 30, 30]
    rows = [f"P{person},{id_number(person)},2024-04,{20 + at % 3},800,800" for at, person in enumerate(people)]
    content = "\n".join([HEADER, *rows, ""]).encode()
    checked = answer(clerk, upload(clerk, content))
    assert next_step(checked) == "没有问题，可以报送。"
    sent = answer(clerk, upload(clerk, content, act="send"))
    assert returns.path_of(DAY, COUNTY).is_file()
    assert (next_step(sent), "return-workbooks" in sent, "须更正</h2>" in sent) == (INGESTED, False, False)
    assert "退回 2 行，其中 2 行重复、不须更正" in sent and "<em>" not in sent.partition('role="status"')[2]


def test_wrong_cells_are_listed_however_many_rows_are_repeated_before_them(
    console: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_answer, "CELLS_LISTED", 2)
    rows = [f"P1,{id_number(1)},2024-04,{days},800,800" for days in (19, 20, 21, 22)]
    content = "\n".join([HEADER, *rows, f"P2,{WRONG[5]},2024-04,22,800,800", ""]).encode()
    clerk = browser_of(f"county_{COUNTY}", console)
    checked = answer(clerk, upload(clerk, content))
    assert "没有问题" not in checked and "身份证号" in checked


@pytest.mark.parametrize("submission", ["refused", "held"])
def test_a_correction_that_waits_is_not_called_ingested(
    console: FastAPI, warehouse: psycopg.Connection, submission: str
) -> None:
    clerk = browser_of(f"county_{COUNTY}", console)
    answer(clerk, upload(clerk, payments(), act="send"))
    workbook = returns.path_of(DAY, COUNTY).read_bytes()
    if submission == "held":
        warehouse.execute("update ops.delivery set status = 'held', build = %s", (start_build(DAY),))
    else:
        warehouse.execute("update ops.delivery set status = 'refused', reason = 'not_a_table'")
    back = answer(clerk, upload(clerk, workbook, feed="corrections", name="改.xlsx", act="send", day=str(DAY)))
    assert next_step(back).startswith("更正已收下，等当天的报送被采用后自动入库，不用再上传")
    assert "已入库" not in back and "return-workbooks" not in back


def test_a_nil_return_needs_no_file(console: FastAPI, warehouse: psycopg.Connection) -> None:
    clerk = browser_of(f"caseworker_{COUNTY}", console)
    answer_page = answer(clerk, upload(clerk, b"", feed="job_event", name="", nil="yes", act="send"))
    assert "读取 0 行" in answer_page
    assert warehouse.execute("select feed, kind from ops.delivery").fetchall() == [("job_event", "nil")]


def test_another_county_reaches_no_upload_answer_or_workbook(console: FastAPI, warehouse: psycopg.Connection) -> None:
    clerk, other = browser_of(f"county_{COUNTY}", console), browser_of(f"county_{OTHER}", console)
    sent = upload(clerk, payments(), act="send")
    answer(clerk, sent)
    number = sent.headers["location"].rpartition("/")[2]
    assert "查看答复" not in other.get("/uploads").text
    for number_tried in (number, str(int(number) + 1)):
        assert other.get(f"/uploads/{number_tried}").status_code == 404
    for path in (f"/uploads/return-workbooks/{DAY}.xlsx", f"/uploads/return-workbooks/../{DAY}/{COUNTY}.xlsx"):
        assert other.get(path).status_code == 404
    assert warehouse.execute("select from ops.act").fetchall() == []
    for role in ("wh_analyst", "wh_auditor", OWN_LOGIN):
        person = browser_of(role, console)
        assert "/uploads" not in person.get("/publications").text
        for path in ("/uploads", f"/uploads/{number}", f"/uploads/return-workbooks/{DAY}.xlsx"):
            assert person.get(path).status_code == 403


def test_a_form_of_another_session_too_large_or_without_a_length_is_refused(
    console: FastAPI, warehouse: psycopg.Connection
) -> None:
    clerk = browser_of(f"county_{COUNTY}", console)
    token = TOKEN.findall(clerk.get("/uploads").text)[-1]
    fields = {"feed": FEED, "day": str(DAY), "act": "send"}
    file = {"file": ("a.csv", payments())}
    assert clerk.client.post("/uploads", data=fields | {"token": "other"}, files=file).status_code == 403
    assert clerk.client.post("/uploads", data=fields, files=file).status_code == 403
    foreign = {"X-Form-Token": token, "Sec-Fetch-Site": "cross-site"}
    assert clerk.client.post("/uploads", data=fields, files=file, headers=foreign).status_code == 403
    warehouse.execute("update seeds.setting set value = '1' where name = 'upload_largest_megabytes'")
    large = {"file": ("a.csv", b"x" * (2 << 20))}
    refused = clerk.client.post("/uploads", data=fields | {"token": token}, files=large)
    assert (refused.status_code, "文件超过 1 MB" in refused.text) == (413, True)
    chunks = clerk.client.post("/uploads", content=iter([b"x"]), headers={"X-Form-Token": token})
    assert chunks.status_code == 411
    unknown = Browser(console).client.post("/uploads", data=fields, files=file)
    assert unknown.headers["location"].startswith("/sign-in?")
    assert warehouse.execute("select from ops.upload").fetchall() == []
    assert list(settings.current_home().uploads.iterdir()) == []


def test_a_limit_that_is_switched_off_limits_nothing_and_is_not_mentioned(
    console: FastAPI, warehouse: psycopg.Connection
) -> None:
    warehouse.execute("update seeds.setting set enabled = false where starts_with(name, 'upload_')")
    clerk = browser_of(f"county_{COUNTY}", console)
    shown = clerk.get("/uploads").text
    assert "MB" not in shown and "None" not in shown
    assert "读取 30 行" in answer(clerk, upload(clerk, payments(), act="send"))


def test_the_page_says_for_how_many_days_checks_are_kept(console: FastAPI, warehouse: psycopg.Connection) -> None:
    clerk = browser_of(f"county_{COUNTY}", console)
    answer(clerk, upload(clerk, payments(), act="send"))
    assert "新的在前；试读的保留 1 天<" in clerk.get("/uploads").text
    warehouse.execute("update seeds.setting set enabled = false where name = 'retention_checks_days'")
    assert "在本页上传的文件，新的在前<" in clerk.get("/uploads").text
    warehouse.execute("update seeds.setting set value = '7', enabled = true where name = 'retention_checks_days'")
    assert "checks are kept for 7 days<" in clerk.get("/uploads?language=en").text


def test_a_refused_upload_is_explained_in_words(console: FastAPI, warehouse: psycopg.Connection) -> None:
    clerk = browser_of(f"county_{COUNTY}", console)
    tomorrow = str(datetime.now(settings.TIMEZONE).date() + timedelta(days=1))
    for given, words in (
        ({"name": "宏.xlsm"}, "不收这种文件"),
        ({"name": f"{OTHER}.csv"}, "其他县市的代码"),
        ({"day": "昨天"}, "报表日期有误"),
        ({"day": "2019-12-31"}, "早于 2020-01-01"),
        ({"day": tomorrow}, "尚未到"),
        ({"feed": "bank_return"}, "没有这张报表"),
        ({"nil": "yes"}, "既选了文件又勾选了零报告"),
        ({"nil": "yes", "act": "send"}, "既选了文件又勾选了零报告"),
    ):
        refused = upload(clerk, payments(), **given)
        assert (refused.status_code, words in refused.text) == (409, True), refused.text
    assert warehouse.execute("select from ops.upload").fetchall() == []


def test_a_clerk_is_told_what_a_file_that_came_by_sftp_lacks(
    console: FastAPI, warehouse: psycopg.Connection, zone: Path
) -> None:
    """Which columns, on the page of the delivery and beside what is held: as the answer to an upload says it."""
    put(zone, "岗位编号,备注一,补贴月份,应发金额,实发金额\nP1,,2024-04,800,800\n", feed=FEED)
    [delivery] = ingest_all()
    warehouse.execute("update ops.delivery set arrived_at = now(), report_date = current_date")
    said = "缺少必填列：身份证号、出勤天数（文件中未识别的表头：第2列）"
    clerk = browser_of(f"county_{COUNTY}", console)
    for path in (f"/deliveries/{delivery.delivery_id}", "/uploads"):
        shown = clerk.get(path).text
        assert said in shown, path
        assert "应为：—" not in shown
    assert said not in browser_of(f"county_{OTHER}", console).get("/uploads").text


def test_nothing_of_what_is_held_is_called_accepted(
    console: FastAPI, warehouse: psycopg.Connection, zone: Path
) -> None:
    put(zone, payments().decode(), feed=FEED)
    [delivery] = ingest_all()
    warehouse.execute(
        "update ops.delivery set status = 'held', build = %s, arrived_at = now(), report_date = current_date",
        (start_build(DAY),),
    )
    clerk = browser_of(f"county_{COUNTY}", console)
    for path in (f"/deliveries/{delivery.delivery_id}", "/uploads"):
        shown = clerk.get(path).text
        assert "暂扣" in shown and "入库" in shown, path
        assert "采用" not in shown, path


def test_a_removed_part_has_one_state_for_its_county_and_the_operator(
    console: FastAPI, warehouse: psycopg.Connection, zone: Path
) -> None:
    """Held, it waits for the operator's release, and both see that."""
    for part in (1, 2):
        removed = put(zone, payments().decode(), f"{COUNTY}_{part}.csv", feed=FEED)
    ingest_all()
    removed.unlink()
    ingest_all()
    [number] = warehouse.execute("select delivery_id from ops.delivery where kind = 'withdrawn'").fetchone() or (0,)
    warehouse.execute("update ops.delivery set arrived_at = now(), report_date = current_date")
    clerk, operator = browser_of(f"county_{COUNTY}", console), browser_of(OWN_LOGIN, console)
    for status, state in (("accepted", "已作废"), ("held", "暂扣")):
        warehouse.execute(
            "update ops.delivery set status = %s, build = coalesce(build, %s) where kind = 'withdrawn'",
            (status, start_build(DAY)),
        )
        [row] = [
            row for row in clerk.get("/uploads").text.split("<tr>") if f"{contract_of(FEED).title_zh} 2</td>" in row
        ]
        assert state in row
        for browser in (clerk, operator):
            assert state in browser.get(f"/deliveries/{number}").text.partition('class="lead"')[2].partition("</p>")[0]
            found = {
                wanted: f'href="/deliveries/{number}"' in browser.get(f"/deliveries?status={wanted}").text
                for wanted in ("withdrawn", "held", "accepted")
            }
            assert found == {"withdrawn": state == "已作废", "held": state == "暂扣", "accepted": False}, status


def test_the_page_lists_due_and_missing_reports_and_templates(console: FastAPI, warehouse: psycopg.Connection) -> None:
    yesterday = datetime.now(settings.TIMEZONE).date() - timedelta(days=1)
    warehouse.execute(
        "insert into ops.due values ('employment', %s, %s, now() - interval '1 hour'),"
        " ('workshop', %s, %s, now() - interval '1 hour')",
        (COUNTY, yesterday, OTHER, yesterday),
    )
    clerk = browser_of(f"county_{COUNTY}", console)
    shown = clerk.get("/uploads").text
    assert "未报 1 份" in shown
    links = re.findall(r"/uploads/templates/[a-z_]+\.xlsx", shown)
    assert len(links) == len(set(links)) == 11
    book = openpyxl.load_workbook(io.BytesIO(clerk.get("/uploads/templates/employment.xlsx").content))
    assert book.sheetnames[0] == contract_of("employment").title_zh
    for feed in ("gig_orders", "relief_payroll", "..%2f..%2fetc"):
        assert clerk.get(f"/uploads/templates/{feed}.xlsx").status_code == 404
    assert page.page.path == "/uploads"


# --- as a browser shows it ----------------------------------------------------------------------------------


@pytest.fixture
def address_of_console(console: FastAPI) -> Iterator[str]:
    """The console, served to a browser."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(console, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def test_uploads_that_are_never_finished_fill_no_disk(
    address_of_console: str, console: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of a login at once, in however many sessions, and only for so long."""
    clerks = [browser_of(f"county_{COUNTY}", console) for _ in range(3)]
    with ExitStack() as to_close:
        _first, second = [to_close.enter_context(begin_upload(address_of_console, clerk)) for clerk in clerks[:2]]
        began = time.monotonic()
        while console.state.receiving._under_way.total() < 2:
            assert time.monotonic() - began < 10
        third = to_close.enter_context(begin_upload(address_of_console, clerks[2]))
        assert status_of(third) == 429
        refused = upload(clerks[0], payments())
        assert (refused.status_code, "正在上传 2 个文件" in refused.text) == (429, True)
        assert upload(browser_of(f"county_{OTHER}", console), payments()).status_code == 303
        second.close()
        began = time.monotonic()
        while upload(clerks[0], payments()).status_code == 429:
            assert time.monotonic() - began < 10
        monkeypatch.setattr(page, "LONGEST_SECONDS", 0.2)
        slow = to_close.enter_context(begin_upload(address_of_console, clerks[1]))
        assert status_of(slow) == 408
        monkeypatch.undo()
        assert upload(clerks[0], payments()).status_code == 303


def begin_upload(url: str, clerk: Browser) -> socket.socket:
    """Send all of a form with a file of 2 MB but its end."""
    token = TOKEN.findall(clerk.get("/uploads").text)[-1]
    data = {"token": token, "feed": FEED, "day": str(DAY), "act": "check"}
    cookies = {"cookie": "; ".join(f"{name}={value}" for name, value in clerk.client.cookies.items())}
    request = httpx.Request(
        "POST", f"{url}/uploads", data=data, files={"file": ("五月.csv", b"x" * (2 << 20))}, headers=cookies
    )
    head = ["POST /uploads HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers.items()), "", ""]
    client = socket.create_connection((request.url.host, request.url.port))
    client.sendall("\r\n".join(head).encode() + request.read()[:-9])
    return client


def status_of(client: socket.socket) -> int:
    """Of the answer."""
    client.settimeout(10)
    return int(client.recv(12).split()[1])


@pytest.mark.browser
def test_a_browser_checks_and_sends_a_file_and_shows_how_far_it_is(address_of_console: str, tmp_path: Path) -> None:
    """With the script and its progress on a desk, without any script on a phone."""
    file, at = tmp_path / "五月.csv", address(f"county_{COUNTY}")
    file.write_bytes(payments())
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for width, script, button in ((1280, True, "试读（不保存）"), (390, False, "报送")):
            context = chromium.new_context(
                viewport={"width": width, "height": 900}, java_script_enabled=script, locale="zh-CN"
            )
            asked: list[str] = []
            context.on("request", lambda wanted, asked=asked: asked.append(wanted.url))
            page, faults = context.new_page(), []
            page.on("console", lambda message, faults=faults: faults.append(message.text))
            page.on("pageerror", lambda error, faults=faults: faults.append(str(error)))
            page.goto(f"{address_of_console}/sign-in?next=/uploads")
            page.fill("#login", at.user)
            page.fill("#password", at.password)
            page.click("main button")
            page.wait_for_url("**/uploads")
            page.screenshot(path=tmp_path / f"form-{width}.png", full_page=True)
            page.select_option("#feed", FEED)
            page.fill("#day", str(DAY))
            page.set_input_files("#file", file)
            if script:
                page.check("[name=nil]")
                page.get_by_role("button", name=button, exact=True).click()
                assert "既选了文件又勾选了零报告" in page.inner_text("#said")
                page.uncheck("[name=nil]")
            page.get_by_role("button", name=button, exact=True).click()
            page.wait_for_url(re.compile(r"/uploads/\d+$"))
            assert "正在读取" in page.inner_text(".lead")
            read_all()
            page.wait_for_selector("table", timeout=10_000)  # the page has loaded itself again
            assert f"读取 30 行，{'可' * script}入库 27 行，退回 3 行" in page.inner_text(".lead")
            assert page.locator("tbody tr").count() == 3
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.screenshot(path=tmp_path / f"answer-{width}.png", full_page=True)
            assert faults == []
            assert all(url.startswith((address_of_console, "data:")) for url in asked)
            page.goto(f"{address_of_console}/uploads")
            page.screenshot(path=tmp_path / f"history-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            context.close()
        chromium.close()
