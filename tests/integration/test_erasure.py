"""A person who is erased is nowhere in the database or the home any more; what was counted stays counted."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import shutil
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import openpyxl
import polars as pl
import psycopg
import pytest
from tests.kit import files
from tests.kit.files import COUNTY, DAY, ingest_all
from tests.kit.nights import Nights
from tests.kit.people import id_number
from tests.kit.sealed import rejected_cells
from tests.kit.texts import tables_text, text_of

from employment_warehouse import identity, landing, returns
from employment_warehouse.contract import contract_of
from employment_warehouse.database import connect
from employment_warehouse.errors import UserError
from employment_warehouse.landing import archive, erased_copies
from employment_warehouse.landing.erased_words import Words
from employment_warehouse.landing.zone import LandingZone
from employment_warehouse.runtime import history, steps
from employment_warehouse.settings import Home

NEXT = DAY + timedelta(days=1)
ID, NAME, MOBILE, ACCOUNT = id_number(1), "被删除甲", "13987654321", "6217009876543210987"
WORDS = (ID, NAME, MOBILE, ACCOUNT)
REASON = "本人申请，工单 7"
MODELS = "+employment_stock +fct_payment_attempt"


def person(serial: int, name: str, **more: str) -> dict[str, str]:
    return {
        "id_number": id_number(serial), "full_name": name, "household_no": f"H{serial}", "is_relocated": "否",
    } | more  # fmt: skip


def put_registers(zone: Path, day: Any, *more: dict[str, str]) -> None:
    """A register in GB 18030 and a register of jobs in a workbook, with the person in both."""
    register = [person(1, NAME, mobile=MOBILE), person(2, "某某乙"), person(3, "某某丙"), *more]
    files.put(zone, files.rows_of("labor_register", *register).encode("gb18030"), feed="labor_register", day=day)
    jobs = [{key: row[key] for key in ("id_number", "full_name")} for row in register]
    content = io.BytesIO()
    book = openpyxl.Workbook()
    lines = files.rows_of("employment", *jobs).splitlines()
    for sheet, rows in ((book.active, lines[:3]), (book.create_sheet("张三"), [lines[0], *lines[3:]])):
        for line in rows:
            sheet.append(line.split(","))
    book.save(content)
    files.put(zone, content.getvalue(), f"{COUNTY}.xlsx", feed="employment", day=day)


def tokens() -> list[str]:
    """The person's and the account's, as they may be written."""
    made = [identity.tokens(pl.Series([ID]), "person")[0], identity.tokens(pl.Series([ACCOUNT]), "account")[0]]
    return [form for token in made for form in (token.hex(), str(UUID(bytes=token)), token[:8].hex())]


def home_texts(home: Home, connection: psycopg.Connection) -> list[str]:
    """Every archived file and return workbook, as text."""
    made = []
    for sha256, path in connection.execute("select distinct sha256, path from ops.delivery").fetchall():
        if not archive.has(bytes(sha256)):
            continue
        with archive.open_stored(bytes(sha256), Path(path).name) as file:
            made.append(text_of(file))
    return made + [text_of(path) for path in home.returns.rglob("*.xlsx")]


def act_on_person(warehouse: psycopg.Connection) -> None:
    """What may say a name: why somebody was shown the person, and why a case of the person is waived."""
    key = tokens()[1]
    for reason in (f"核实{NAME}工资", None):
        warehouse.execute("select ops.record_act('reveal', %s, %s)", [f"person {key}", reason])
    warehouse.execute(
        "insert into ops.waiver (check_name, unit, valid_from, valid_to, granted_by, reason, granted_at)"
        " select 'case:dispute_overdue:dispute_overdue', %s, %s, %s, 'operator_of_tests', %s, min(b.started_at)"
        " from ops.build as b",  # so that each night's record has it
        [f"{COUNTY}·A1·{key}", DAY, NEXT, f"与{NAME}核实"],
    )
    history.record()


def erase() -> None:
    landing.ask_erasure(f" {ID} ", REASON)
    steps.erase_persons()


def targets(nights: Nights) -> list[Any]:
    return nights.rows("select t::text from store.employment_stock as t order by 1")


def test_an_erased_person_is_nowhere_and_counts_stay(
    nights: Nights, zone: Path, warehouse_home: Home, warehouse: psycopg.Connection
) -> None:
    put_registers(zone, DAY)
    account = {"bank_account": ACCOUNT, "id_number": ID, "batch_no": "PC1"}
    files.put(
        zone,
        files.rows_of(
            "public_post_payment",
            account | {"post_no": "P1"},
            {"id_number": id_number(2), "post_no": "P2", "bank_account": "6217000000000000002", "batch_no": "PC1"},
            account | {"post_no": "P3", "days_present": "many"},
        ),
        feed="public_post_payment",
    )
    approved = {"post_no": "P2", "holder": id_number(2), "approver_id_number": ID, "relation_to_approver": "本人"}
    files.put(zone, files.rows_of("public_post", {"post_no": "P1", "holder": ID}, approved), feed="public_post")
    ingest_all()
    nights.select = MODELS
    nights.night(DAY)
    put_registers(zone, NEXT, person(4, "某某丁"))
    ingest_all(NEXT)
    second = nights.start(NEXT)
    nights.build(second, "reported_labor_register reported_employment")
    nights.publish(second)
    assert landing.purge() > 0
    act_on_person(warehouse)
    shutil.rmtree(warehouse_home.returns)  # with what other tests have left
    returns.write_workbooks(DAY)
    before = tables_text(warehouse), home_texts(warehouse_home, warehouse), targets(nights)
    assert len([form for form in tokens() if form in before[0]]) == len(tokens()) - 2  # a UUID is written with hyphens
    assert all(any(word in text for text in before[1]) for word in WORDS)

    erase()

    after = tables_text(warehouse)
    assert [word for word in (*WORDS, *tokens()) if word in after] == []
    texts = home_texts(warehouse_home, warehouse)
    assert not list(warehouse_home.returns.rglob("*.xlsx"))  # nothing is left to send back
    assert [word for word in WORDS for text in texts if word in text] == []
    assert targets(nights) == before[2]
    records = json.dumps([history.nights(), history.ledger()], ensure_ascii=False)
    assert [word for word in (*WORDS, *tokens()) if word in records] == [] != history.nights()[0]["waiver"]
    assert nights.rows("select subject, reason from ops.act where kind = 'reveal' order by act") == [
        ("person of erasure 1", "已删除 | erased"), ("person of erasure 1", None),
    ]  # fmt: skip

    # The ledger accounts for every row, and the others' rows are where they were.
    counts = "rows_read, rows_landed, rows_rejected, rows_erased"
    assert nights.rows(f"select feed, report_date, {counts} from ops.delivery order by 1, 2") == [
        ("employment", DAY, 3, 2, 0, 1), ("employment", NEXT, 4, 3, 0, 1), ("labor_register", DAY, 3, 2, 0, 1),
        ("labor_register", NEXT, 4, 3, 0, 1), ("public_post", DAY, 2, 1, 0, 1),
        ("public_post_payment", DAY, 3, 1, 0, 2),
    ]  # fmt: skip
    assert nights.rows("select post_no, approver_key from landing.public_post") == [("P2", None)]
    purged = nights.rows("select delivery_id, feed, rows_landed from ops.delivery where purged_at is not null")
    assert len(purged) == 2
    for number, feed, rows in purged:
        assert files.restore(number) == rows
        assert nights.scalar(f"select count(*) from landing.{feed} where delivery_id = %s", number) == rows
    assert [word for word in (*WORDS, *tokens()) if word in tables_text(warehouse)] == []

    # On record: who asked, and how the digests of the publications changed.
    acts = nights.rows(
        "select login, kind, reason from ops.act where kind in ('ask_erasure', 'erase_person') order by act"
    )
    assert acts == [("operator_of_tests", "ask_erasure", REASON), ("wh_loader", "erase_person", None)]
    changed = nights.rows("select publication, digest_before <> digest_after from ops.erasure_digest order by 1")
    assert [is_changed for _, is_changed in changed] == [True]  # the second has opened and closed no row of the person

    # Sent again, the row goes back without a word about the person.
    put_registers(zone, NEXT + timedelta(days=1), person(4, "某某丁"))
    again = ingest_all(NEXT + timedelta(days=1))
    assert {(one.feed, one.rows_read, one.rows_landed, one.rows_rejected) for one in again} == {
        ("employment", 4, 3, 1), ("labor_register", 4, 3, 1),
    }  # fmt: skip
    assert {(cell.reason, cell.plain) for cell in rejected_cells(warehouse)} == {
        ("person_erased", '{"value": "", "row": {}}')
    }
    assert [word for word in (*WORDS, *tokens()) if word in tables_text(warehouse)] == []
    (workbook,) = returns.write_workbooks(NEXT + timedelta(days=1))
    sheet = openpyxl.load_workbook(workbook)[contract_of("labor_register").title_zh]
    assert "申请删除" in sheet["B2"].comment.text and [word for word in WORDS if word in text_of(workbook)] == []


def write_dispatches(home: Home) -> list[Path]:
    """Two dispatches, page and workbook: of the first one a case is the person's."""
    folder, made = home.reports / str(DAY), []
    folder.mkdir(parents=True, exist_ok=True)
    for number, key in ((1, tokens()[1]), (2, str(UUID(int=7)))):
        page, workbook = (folder / f"weekly-{number}-{COUNTY}{suffix}" for suffix in (".html", ".xlsx"))
        page.write_text(f"<td>A1 · {key}</td><td>个旧市</td>")
        book = openpyxl.Workbook()
        for row in (["对象代号", "天数"], [f"A1 · {key}", 7]):
            book.active.append(row)
        book.save(workbook)
        made += [page, workbook]
    return made


def test_files_of_the_landing_zone_that_have_the_person_are_named(
    zone: Path, warehouse_home: Home, warehouse: psycopg.Connection
) -> None:
    """They are their senders', and stay: not one that is gone or was sent again, nor one without the person."""
    put_registers(zone, DAY, person(6, "某某己"))  # no copy of another test is in the archive
    put_registers(zone, NEXT, person(6, "某某己"))
    files.put(zone, files.rows_of("workshop", {"workshop_no": "1"}), feed="workshop")
    ingest_all(NEXT)
    (zone / "employment" / str(DAY) / f"{COUNTY}.xlsx").unlink()
    files.put(zone, "sent again", feed="labor_register", day=NEXT)
    landing.ask_erasure(ID, REASON)
    left = landing.erase_asked().left
    assert [line.partition("：")[0] for line in left] == [
        f"employment/{NEXT}/{COUNTY}.xlsx",
        f"labor_register/{DAY}/{COUNTY}.csv",
    ]
    alerts = warehouse.execute("select kind, body from ops.alert").fetchall()
    assert alerts == [("erased_in_zone", "\n".join(left))]
    assert landing.erase_asked().left == []


@pytest.mark.parametrize(
    ("broken", "error", "said"),
    [
        ("__init__", ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "Connection refused"),
        ("local", PermissionError(errno.EACCES, "Permission denied", f"/x/{NAME}"), "Permission denied"),
        ("local", RuntimeError(NAME), "RuntimeError"),  # as those of SFTP and object stores
    ],
    ids=["the zone", "its files", "its storage"],
)
def test_an_erasure_does_not_wait_for_the_landing_zone(  # noqa: PLR0917
    zone: Path, warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, broken: str, error: Exception, said: str
) -> None:
    """Which files could not be looked at is said in words."""
    put_registers(zone, DAY, person(5, f"某{said}"))  # no copy of another test is in the archive
    ingest_all()
    landing.ask_erasure(ID, REASON)
    monkeypatch.setattr(LandingZone, broken, Mock(side_effect=error))
    left = landing.erase_asked().left
    assert [line.partition("；")[0] for line in left] == [
        f"employment/{DAY}/{COUNTY}.xlsx：无法读取（{said}）",
        f"labor_register/{DAY}/{COUNTY}.csv：无法读取（{said}）",
    ]
    assert warehouse.execute("select kind, body from ops.alert").fetchall() == [("erased_in_zone", "\n".join(left))]
    assert [word for word in (*WORDS, *tokens()) if word in tables_text(warehouse)] == []


def test_dispatches_that_are_written_name_an_erased_person_no_more(
    zone: Path, warehouse_home: Home, warehouse: psycopg.Connection
) -> None:
    """Those of weeks past too, as the console goes on serving them: the case is kept, without its person."""
    put_registers(zone, DAY)
    ingest_all()
    page, workbook, *others = write_dispatches(warehouse_home)
    untouched = [path.read_bytes() for path in others]
    erase()
    assert page.read_text() == "<td>A1 · 已删除 | erased</td><td>个旧市</td>"
    assert text_of(workbook) == "对象代号 天数 A1 · 已删除 | erased 7"
    assert [path.read_bytes() for path in others] == untouched


def test_a_damaged_dispatch_keeps_no_person_in_the_others(
    zone: Path, warehouse_home: Home, warehouse: psycopg.Connection
) -> None:
    """Nor the ledger without the person's mark, by which a rebuilt warehouse knows the person again."""
    put_registers(zone, DAY)
    ingest_all()
    page, workbook, *others = write_dispatches(warehouse_home)
    damaged = [page.with_name(f"weekly-0-{COUNTY}{suffix}") for suffix in (".html", ".xlsx")]
    for path in damaged:
        path.write_bytes(workbook.read_bytes()[:-40])
    with pytest.raises(UserError, match="cannot be read") as failure:
        erase()
    assert failure.value.where == f"reports: {', '.join(f'{DAY}/{path.name}' for path in damaged)}"
    assert [path for path in (page, workbook) if tokens()[1] in text_of(path)] == []
    [erasure] = (history.ledger() or {})["vault"]["erasures"]
    assert erasure["done_at"] and all(path.exists() for path in others)
    for path in damaged:  # the home is that of other tests as well
        path.unlink()


def test_a_damaged_record_keeps_no_person_in_the_others(
    nights: Nights, zone: Path, warehouse_home: Home, warehouse: psycopg.Connection
) -> None:
    for record in (warehouse_home.archive / "history").glob("*.sealed"):  # of other tests
        record.unlink()
    nights.select = "reported_labor_register"
    for day in (DAY, NEXT):
        files.put(zone, files.rows_of("labor_register", person(1, NAME)), feed="labor_register", day=day)
        ingest_all(day)
        nights.night(day)
    act_on_person(warehouse)
    page, *_ = write_dispatches(warehouse_home)
    first, last = sorted((warehouse_home.archive / "history").glob("0*.sealed"))
    sound = first.read_bytes()
    first.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    unread = last.read_bytes()

    try:
        with pytest.raises(UserError, match="damaged") as failure:
            erase()
    finally:
        first.write_bytes(sound)

    assert first.name in failure.value.where and last.name not in failure.value.where
    assert last.read_bytes() != unread  # the person was taken out of it
    assert tokens()[1] not in page.read_text()
    steps.record_history()
    records = json.dumps([history.nights(), history.ledger()], ensure_ascii=False)
    assert [word for word in (*WORDS, *tokens()) if word in records] == []


def test_whoever_shares_a_telephone_or_mentions_an_erased_person_stays(
    nights: Nights, zone: Path, warehouse_home: Home, warehouse: psycopg.Connection
) -> None:
    """In landing, in the archive, and among the rejected rows: as the ledger counts them."""
    mother = person(2, "某某乙", mobile=MOBILE, relation_to_head="母亲")
    neighbour = person(3, "某某丙", relation_to_head=f"{ID[:6]} {ID[6:]}的邻居")
    unclear = {"is_relocated": "?"}
    register = [
        person(1, NAME, mobile=MOBILE, relation_to_head="户主"),
        mother,
        neighbour,
        person(4, "某某丁", mobile=MOBILE, relation_to_head="长女") | unclear,
        person(5, "某某戊", mobile=MOBILE, relation_to_head="次女") | unclear | {"id_number": "不详"},
        person(6, "某某己", mobile="", relation_to_head=f"{ID}之子") | unclear,
    ]
    for day in (DAY, NEXT):
        files.put(zone, files.rows_of("labor_register", *register), feed="labor_register", day=day)
        register.append(person(7, "某某庚", mobile="", relation_to_head="三女"))
        ingest_all(day)
        build = nights.start(day)
        nights.build(build, "reported_labor_register")
        nights.publish(build)
    landing.purge()

    erase()

    counts = "rows_read, rows_landed, rows_rejected, rows_erased"
    of_days = f"select delivery_id, {counts} from ops.delivery order by report_date"
    (first, *of_first), (_, *of_second) = nights.rows(of_days)
    assert (of_first, of_second) == ([6, 2, 1, 3], [7, 3, 1, 3])
    landed = "select line, relation_to_head from landing.labor_register where delivery_id = %s order by 1"
    assert files.restore(first) == 2
    assert warehouse.execute(landed, [first]).fetchall() == [(3, "母亲"), (4, "***的邻居")]
    assert {json.loads(cell.plain)["row"]["姓名"] for cell in rejected_cells(warehouse)} == {"某某丁"}
    texts = home_texts(warehouse_home, warehouse)
    names = (NAME, "某某乙", "某某丙", "某某丁", "某某戊", "某某己")
    named = {tuple(name for name in names if name in text) for text in texts}
    # Of the register; of the return workbook; of those of other tests.
    assert named - {()} == {("某某乙", "某某丙", "某某丁"), ("某某丁",)}
    assert not [text for text in texts if ID in text or f"{ID[:6]} {ID[6:]}" in text]


def test_a_post_that_an_erased_person_approved_stays_its_holders(
    nights: Nights, zone: Path, warehouse: psycopg.Connection
) -> None:
    """Also when the county sends it again, with who approved it."""
    post = {"post_no": "P2", "holder": id_number(2), "approver_id_number": ID, "relation_to_approver": "本人"}
    files.put(zone, files.rows_of("public_post", post), feed="public_post")
    ingest_all()
    erase()
    files.put(zone, files.rows_of("public_post", post), feed="public_post", day=NEXT)
    (again,) = ingest_all(NEXT)
    assert (again.rows_landed, again.rows_rejected) == (1, 0)
    assert nights.rows("select distinct post_no, approver_key from landing.public_post") == [("P2", None)]
    assert [word for word in (*WORDS, *tokens()) if word in tables_text(warehouse)] == []


def test_an_erasure_needs_an_id_number_and_a_reason(warehouse: psycopg.Connection) -> None:
    for number, reason in ((f"{ID[:-1]}0", REASON), (ID, f"电话{MOBILE}"), (ID, "")):
        with pytest.raises(UserError) as refused:
            landing.ask_erasure(number, reason)
        assert ID not in str(refused.value) and MOBILE not in str(refused.value)
    assert warehouse.execute("select count(*) from vault.erasure").fetchone() == (0,)


def test_a_refused_or_killed_erasure_leaves_the_archive_as_the_ledger_says(
    nights: Nights, zone: Path, warehouse_home: Home, warehouse: psycopg.Connection, tmp_path: Path
) -> None:
    """During a night it is refused, and waits for the purge. What it had prepared by then is also what one leaves that
    is killed once the database has done its part.
    """

    def publish(build: int) -> None:
        nights.build(build, "reported_labor_register")
        nights.publish(build)

    def named() -> list[str]:
        return [word for word in WORDS for text in home_texts(warehouse_home, warehouse) if word in text]

    files.put(zone, f"备注\n{ID}\n".encode(), feed="public_post")  # cannot be read, and goes as a whole
    for day in (DAY, NEXT):
        put_registers(zone, day, person(5, "某某戊"))  # the home may have the registers of other tests
        ingest_all(day)
        build = nights.start(day)
        if day == DAY:
            publish(build)
    archived = sorted(warehouse_home.archive.glob("??/*.sealed"))
    before = home_texts(warehouse_home, warehouse)

    with pytest.raises(UserError):
        erase()

    assert home_texts(warehouse_home, warehouse) == before
    assert sorted(warehouse_home.archive.glob("??/*.sealed")) == archived
    shutil.copytree(warehouse_home.archive, tmp_path / "killed")

    publish(build)
    steps.purge_landing()
    assert [word for word in (*WORDS, *tokens()) if word in tables_text(warehouse)] == [] == named()
    purged = nights.rows("select delivery_id, rows_landed from ops.delivery where purged_at is not null order by 1")
    assert [rows for _, rows in purged] == [3, 3]

    shutil.rmtree(warehouse_home.archive)
    shutil.copytree(tmp_path / "killed", warehouse_home.archive, dirs_exist_ok=True)
    assert named() != []
    landing.ask_erasure(ID, REASON)  # whoever saw it killed asks again
    steps.erase_persons()
    assert named() == []
    assert [files.restore(number) for number, _ in purged] == [3, 3]
    counts = "select distinct rows_read, rows_landed, rows_erased from ops.delivery where status <> 'refused'"
    assert nights.rows(counts) == [(4, 3, 1)]

    # Killed before the last act, or restored from a backup that had the file already: the copy counts.
    original = next(path for path in archived if path.with_suffix(".csv.sealed").exists())
    shutil.copy(tmp_path / "killed" / original.relative_to(warehouse_home.archive), original)
    assert named() == []
    landing.erase_asked()
    assert not original.exists()


def workbook(**sheets: str) -> bytes:
    """A workbook of these CSV texts."""
    content, book = io.BytesIO(), openpyxl.Workbook()
    book.remove(book.active)
    for title, text in sheets.items():
        sheet = book.create_sheet(title)
        for line in text.splitlines():
            sheet.append(line.split(","))
    book.save(content)
    return content.getvalue()


def zipped(**files_in_it: bytes) -> bytes:
    """A zip of these files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive_file:
        for name, data in files_in_it.items():
            archive_file.writestr(name, data)
    return content.getvalue()


WIDE_ID = "".join(chr(ord(sign) + 0xFEE0) for sign in ID)
LIST = f"备注,内容\n某,{ID}\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("xlsx", workbook(名单=LIST)),
        ("xlsx", workbook(名单=f"备注,内容\n某,{WIDE_ID}\n")),
        ("csv.gz", gzip.compress(LIST.encode("gb18030"))),
        ("csv.gz", gzip.compress(LIST.encode() * 9000)[:-20]),
        ("zip", zipped(**{"a.xlsx": workbook(名单=LIST), "b.csv": b"a,b\n"})),
        ("csv", f"备注,内容\n某,{WIDE_ID[:6]} {WIDE_ID[6:]}\n".encode("gb18030")),
        ("csv", f"备注,内容\n某,{ID}\n".encode("utf-16")),
    ],
    ids=["workbook", "wide", "packed", "damaged", "workbook in a zip", "GB 18030", "UTF-16"],
)
def test_a_refused_file_that_names_an_erased_person_goes(
    warehouse: psycopg.Connection, zone: Path, name: str, content: bytes
) -> None:
    files.put(zone, content, f"{COUNTY}.{name}", feed="labor_register")
    other = files.put(zone, workbook(名单="备注,内容\n某,某\n"), f"{COUNTY}.xlsx", feed="public_post")
    assert {delivery.status for delivery in ingest_all()} == {"refused"}
    stored = [bytes(sha256) for (sha256,) in warehouse.execute("select sha256 from ops.delivery").fetchall()]
    erase()
    assert [sha256 for sha256 in stored if archive.has(sha256)] == [archive.sha256_of(other)]


def test_a_file_of_which_nothing_was_ingested_is_not_kept(
    nights: Nights, zone: Path, warehouse_home: Home, warehouse: psycopg.Connection
) -> None:
    """An erasure finds it, and the purge deletes it; a day later, and not where the ledger is younger than the file."""
    files.put(zone, files.rows_of("labor_register", person(2, "某某乙")), feed="labor_register")
    ingest_all()
    kept = {path.name for path in warehouse_home.archive.glob("??/*.sealed")}
    found = [
        files.put(zone, workbook(别的表=text), f"{COUNTY}.xlsx", feed="corrections", day=day)
        for day, text in ((DAY, LIST), (NEXT, "备注,内容\n某,某\n"))
    ]
    assert ingest_all(NEXT, ("correction",)) == []
    named, other = (archive.sha256_of(file) for file in found)

    assert archive.has(named) and archive.has(other)
    erase()
    assert archive.has(named) and archive.has(other)  # as if it were being ingested
    for path in warehouse_home.archive.glob("??/*.sealed"):
        if path.name not in kept:
            draft = path.with_name(f"{path.name}.old.tmp")
            shutil.copy(path, draft)
            for file in (path, draft):
                os.utime(file, times=(time.time() - 2 * 86400,) * 2)
    erase()
    assert (archive.has(named), archive.has(other)) == (False, True)
    build = nights.start(DAY)
    nights.build(build, "reported_labor_register")
    nights.publish(build)
    steps.purge_landing()
    assert archive.has(other) and not list(warehouse_home.archive.glob("??/*.old.tmp"))
    warehouse.execute("update ops.migration set applied_at = applied_at - interval '9 days'")
    steps.purge_landing()
    assert not archive.has(other) and {path.name for path in warehouse_home.archive.glob("??/*.sealed")} == kept


def test_an_item_of_the_platform_is_its_persons(warehouse_home: Home, tmp_path: Path) -> None:
    """Of landed items it is the person's alone that goes; of rejected ones what names the person, and nobody else."""
    assert warehouse_home.run.is_dir()
    other, third = id_number(2), {"id_number": id_number(3)}
    items = [
        {"order_id": "1", "id_number": ID},
        {"order_id": "2", "id_number": other, "task": f"替{ID[:6]} {ID[6:]}送货，电话{MOBILE}", "hours": 1.50}
        | {
            "phone": int(MOBILE),
            "callers": [{"phone": float(MOBILE)}, 1.0],
            MOBILE: 1,
            "amount_due": int(MOBILE) / 100,
        },
        {"order_id": "3", "id_number": None, "task": MOBILE},
        {"order_id": "4", "id_number": other, "task": f"替{ID}送货", "hours": "many"},
        {"order_id": "5", "task": MOBILE, "hours": "many"},
        {"order_id": "6", "task": MOBILE, "hours": "many"} | third,
    ]
    wide = json.dumps({"order_id": "8", "id_number": other, "task": WIDE_ID})
    lines = [*(json.dumps(item, ensure_ascii=False) for item in items), f'["{MOBILE}"', wide, ""]
    lines[1] = lines[1].replace("1.5,", "1.50,")
    file = tmp_path / "pages.jsonl"
    file.write_text("\n".join(lines))
    rejected = frozenset(("", line) for line in (4, 5, 6, 7))
    copies: list[list[str]] = []

    def prepare(copy: Path | None, kind: str) -> None:
        assert copy is not None and kind == ".jsonl"
        copies.append(copy.read_text().split("\n"))

    feeds = {("gig_orders", "pages"): erased_copies.SentRows(contract_of("gig_orders"), rejected)}
    places = erased_copies.without_rows(file, feeds, Words([ID, ACCOUNT], [MOBILE]), prepare)
    assert places == {("gig_orders", "pages"): [("", line) for line in (1, 4, 5, 7)]}
    [copy] = copies
    assert copy == ["", copy[1], lines[2].replace(MOBILE, "***"), "", "", lines[5], "", copy[7], ""]
    assert '"hours": 1.50, ' in copy[1] and json.loads(copy[1]) == {
        "order_id": "2", "id_number": other, "task": "替***送货，电话***", "hours": 1.5,
        "phone": "***", "callers": '[{"phone": ***.0}, 1.0]', "***": 1, "amount_due": int(MOBILE) / 100,
    }  # fmt: skip
    assert json.loads(copy[7])["task"] == "***"


@pytest.mark.parametrize("header", ["身份证号", "★身份证号", "1、身份证号", "[必填]证件号码："])
def test_a_rejected_row_of_another_with_the_same_mobile_is_not_the_persons(header: str) -> None:
    """However the column is spelt in which it says whose it is."""
    row = {header: id_number(2), "手机号": MOBILE}
    words = Words([ID], [MOBILE])
    assert not words.name_rejected(row, json.dumps(row), contract_of("labor_register"))
    assert words.name_rejected(row | {header: "不详"}, json.dumps(row), contract_of("labor_register"))


SMALL_ID = next(number.lower() for number in map(id_number, range(10, 99)) if number.endswith("X"))


@pytest.mark.parametrize("written", [ID, SMALL_ID, f"{SMALL_ID[:6]} {SMALL_ID[6:-4]}　{SMALL_ID[-4:]}", WIDE_ID])
@pytest.mark.parametrize("kind", ["another sheet", "above the table"])
def test_what_nobody_reads_goes_with_an_erased_person(
    warehouse: psycopg.Connection, zone: Path, written: str, kind: str
) -> None:
    register = files.rows_of("labor_register", person(2, "某某乙"))
    if kind == "another sheet":
        content = workbook(台账=register, 附表=f"备注,内容\n某,{written}\n")
        file = files.put(zone, content, f"{COUNTY}.xlsx", feed="labor_register")
    else:
        file = files.put(zone, f"填报人：{written}\n{register}".encode(), feed="labor_register")
    [delivery] = ingest_all()
    assert (delivery.status, delivery.rows_landed) == ("landed", 1)
    landing.ask_erasure(written, REASON)
    steps.erase_persons()
    with archive.open_stored(archive.sha256_of(file), file.name) as copy:
        assert "某某乙" in text_of(copy) and written not in text_of(copy)


def test_the_rows_of_a_file_are_accounted_for_after_an_erasure(
    nights: Nights, zone: Path, warehouse: psycopg.Connection
) -> None:
    """In the night that is run again because a person was erased since it was held."""
    put_registers(zone, DAY)
    steps.expect_deliveries(DAY.isoformat())
    ingest_all()
    nights.select = "+feed_timeliness"
    nights.build(nights.start(DAY))
    warehouse.execute("update ops.build set status = 'held'")
    erase()
    nights.night(DAY)
    assert nights.rows(
        "select feed, rows_read, rows_landed, rows_rejected from marts.feed_timeliness"
        " where county_code = %s and rows_read > 0 order by 1",
        COUNTY,
    ) == [("employment", 2, 2, 0), ("labor_register", 2, 2, 0)]


def test_an_erasure_names_no_rows_of_others(nights: Nights, warehouse: psycopg.Connection, zone: Path) -> None:
    """By the loader's login alone; what it says of places removes no landed row, and nothing while a night is built."""
    put_registers(zone, DAY)
    pay = {"post_no": "P1", "bank_account": ACCOUNT}
    files.put(zone, files.rows_of("public_post_payment", pay | {"id_number": id_number(2)}), feed="public_post_payment")
    ingest_all()
    [account] = warehouse.execute("select account_key from vault.bank_account").fetchone() or ()
    other = UUID(bytes=identity.tokens(pl.Series([id_number(2)]), "person")[0])
    with connect("wh_loader") as loader, pytest.raises(psycopg.Error, match="there is nobody to be erased"):
        loader.execute("select vault.erase_places(1, '{\"\"}', '{2}')")
    number = landing.ask_erasure(ID, REASON)
    landed = "select delivery_id, rows_landed from ops.delivery where feed = 'labor_register'"
    [(register, rows)] = nights.rows(landed)
    with connect("wh_loader") as loader:
        loader.execute("select vault.erase_places(%s, '{\"\", \"\"}', '{3, 4}')", [register])
    assert nights.rows(landed) == [(register, rows)]
    assert nights.scalar("select count(*) from landing.labor_register") == rows
    for named in (account, other):
        with connect("wh_loader") as loader, pytest.raises(psycopg.Error, match="not all of these accounts"):
            loader.execute("select vault.complete_erasure(%s, %s, '{x}')", (number, [named]))
    landing.erase_asked()
    assert warehouse.execute("select count(*) from landing.public_post_payment").fetchone() == (1,)
    assert warehouse.execute("select person_key from vault.person").fetchall() != []
    landing.ask_erasure(id_number(3), REASON)
    nights.start(DAY)
    with connect("wh_loader") as loader, pytest.raises(psycopg.Error, match="a night is being built"):
        loader.execute("select vault.erase_places(%s, '{\"\"}', '{3}')", [register])


def test_an_erasure_by_key_needs_the_number_once(warehouse: psycopg.Connection, zone: Path) -> None:
    key = UUID(bytes=identity.tokens(pl.Series([ID]), "person")[0])
    with pytest.raises(UserError, match="the vault does not have this person"):
        landing.ask_erasure_by_key(key, REASON)
    register = files.rows_of("labor_register", person(1, NAME, is_relocated="?"), person(2, "某某乙"))
    files.put(zone, register, feed="labor_register")
    ingest_all()
    assert landing.ask_erasure(ID, REASON) == landing.ask_erasure_by_key(key, REASON)
    assert NAME in str(rejected_cells(warehouse))
    landing.erase_asked()
    assert NAME not in str(rejected_cells(warehouse))


@pytest.mark.parametrize("role", ["wh_analyst", "wh_auditor", "wh_gate", "wh_transformer", "wh_loader", "wh_returner"])
def test_only_operators_ask_for_an_erasure(warehouse: psycopg.Connection, role: str) -> None:
    with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select vault.ask_erasure(gen_random_uuid(), '\\x00', null, 1, 'because')")


def test_data_are_deleted_after_their_retention_period(
    nights: Nights, zone: Path, warehouse_home: Home, warehouse: psycopg.Connection
) -> None:
    """Each period is a setting; what a unit reported last is kept, however old it is."""
    put_registers(zone, DAY)
    broken = {"days_present": "many", "batch_no": "PC1"}
    files.put(zone, files.rows_of("public_post_payment", broken), feed="public_post_payment")
    ingest_all()
    first = nights.start(DAY)
    nights.build(first, "reported_labor_register")
    nights.publish(first)
    returns.write_workbooks(DAY)
    later = DAY + timedelta(days=800)
    files.put(zone, files.rows_of("labor_register", person(2, "某某乙")), feed="labor_register", day=later)
    ingest_all(later)
    landing.purge()

    def kept() -> tuple[Any, ...]:
        archived = sorted(warehouse_home.archive.glob("??/*.sealed"))
        contents = nights.scalar("select count(*) from vault.rejected_row where sealed <> ''")
        return (
            len(archived),
            contents,
            nights.scalar("select count(*) from vault.person"),
            len(list(warehouse_home.returns.glob("20*"))),
        )

    archived, *others = kept()
    steps.purge_landing()
    assert kept() == (archived, *others)
    for name in ("archive", "vault", "rejected", "returns"):
        warehouse.execute(f"update seeds.setting set value = '700' where name = 'retention_{name}_days'")
    second = nights.start(later)
    nights.build(second, "reported_labor_register")
    nights.publish(second)
    steps.purge_landing()
    # The first register; the register of jobs and the payments are the last of their kind.
    assert kept() == (archived - 1, 0, 3, 0)

    # Of the rejected payment only the place is left, in which nobody is looked for.
    erase()
    assert [word for word in (*WORDS, *tokens()) if word in tables_text(warehouse)] == []


def test_the_vault_keeps_the_persons_named_in_reports_of_the_period(
    nights: Nights, zone: Path, warehouse: psycopg.Connection
) -> None:
    """Whom a register lists, however old it is; whom one has listed, or a payment has named, for as long as is set."""
    put_registers(zone, DAY)  # persons 1, 2 and 3
    paid = {"id_number": id_number(4), "bank_account": ACCOUNT, "post_no": "P1", "batch_no": "PC1"}
    files.put(zone, files.rows_of("public_post_payment", paid), feed="public_post_payment")
    ingest_all()
    files.put(zone, files.rows_of("labor_register", person(2, "某某乙")), feed="labor_register", day=NEXT)
    files.put(zone, files.rows_of("employment", {"id_number": id_number(2)}), feed="employment", day=NEXT)
    ingest_all(NEXT)
    for day in (DAY, NEXT):
        build = nights.start(day)
        nights.build(build, "reported_labor_register reported_employment reported_public_post_payment")
        nights.publish(build)
    warehouse.execute("update seeds.setting set value = '700' where name = 'retention_vault_days'")

    def left(days: int) -> tuple[set[UUID], int]:
        """Who is in the vault this many days after the second register, and how many accounts."""
        warehouse.execute("select vault.forget_persons(%s)", (NEXT + timedelta(days=days),))
        persons = nights.rows("select person_key from vault.person")
        return {key for (key,) in persons}, nights.scalar("select count(*) from vault.bank_account")

    one, two, three, four = (UUID(bytes=identity.tokens(pl.Series([id_number(n)]), "person")[0]) for n in (1, 2, 3, 4))
    assert left(699) == ({one, two, three, four}, 1)
    assert left(700) == ({one, two, three}, 0)  # paid the day before
    assert left(701) == ({two}, 0)
    assert nights.scalar("select count(*) from build.reported_labor_register where person_key = %s", one) == 1

    warehouse.execute("update seeds.setting set enabled = false where name = 'retention_vault_days'")
    warehouse.execute("truncate store.reported_labor_register, store.reported_employment")
    assert left(9999) == ({two}, 0)
    put_registers(zone, NEXT + timedelta(days=1))
    ingest_all(NEXT + timedelta(days=1))
    assert left(0) == ({one, two, three}, 0)  # sealed again
