"""What clerks upload on the console: the same reading as a night's, answered at once; and nobody else's business."""

from __future__ import annotations

import gzip
import io
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest
from tests.hostile.workbooks import WORKBOOKS
from tests.kit.files import COUNTY, DAY, ingest_all, put, rows_of
from tests.kit.nights import publish, start_build
from tests.kit.people import id_number
from tests.kit.server import connect_superuser
from tests.kit.uploads import answer_to, clerk, everything, read_all, seen, send

from employment_warehouse import gate, landing, returns, settings, upload
from employment_warehouse.database import OWN_LOGIN, connect
from employment_warehouse.landing import delivery
from employment_warehouse.landing.zone import LandingZone
from employment_warehouse.upload import reader, serving

FEED = "public_post_payment"
OTHER = "532529"
HEADER = "岗位编号,证件号码,补贴月份,出勤天数,应发金额,实发金额"
WRONG = {5: "53252819600101", 11: "5.32528E+17", 20: "999999999999999999"}


def payments(rows: int = 30, wrong: dict[int, str] | None = None) -> str:
    """A file of payments; `wrong`: ID numbers of some of its rows."""
    people = {row: id_number(row) for row in range(1, rows + 1)} | (wrong or {})
    lines = [f"P{row},{person},2024-04,22,800,800" for row, person in people.items()]
    return "\n".join([HEADER, *lines, ""])


@pytest.fixture(autouse=True)
def uploads(warehouse: psycopg.Connection, zone: Path) -> Iterator[Path]:
    """The folder of uploads, empty before and after; a landing zone and a warehouse of the test's own."""
    folder = settings.current_home().uploads
    _empty(folder)  # of what another file's tests have left: the home is the session's
    yield folder
    _empty(folder)


def _empty(folder: Path) -> None:
    for left in folder.iterdir():
        left.unlink()


def corrected_workbook(day: date = DAY) -> bytes:
    """The return workbook of the county, with a right ID number in each row."""
    book = openpyxl.load_workbook(returns.path_of(day, COUNTY))
    sheet = book[book.sheetnames[1]]
    at = [cell.value for cell in sheet[1]].index("证件号码") + 1
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, at).value = id_number(900 + row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


# --- sending, checking, correcting --------------------------------------------------------------------------


def test_thirty_rows_are_sent_three_are_rejected_and_the_three_are_corrected(
    warehouse: psycopg.Connection, zone: Path, uploads: Path
) -> None:
    answer = answer_to(payments(wrong=WRONG), FEED)
    [of_feed] = answer["feeds"]
    assert (of_feed["rows_read"], of_feed["rows_landed"], of_feed["rows_rejected"]) == (30, 27, 3)
    assert of_feed["cells"] == [
        ["", 6, "id_number", "id_length"],
        ["", 12, "id_number", "id_not_text"],
        ["", 21, "id_number", "id_placeholder"],
    ]
    assert answer["has_workbook"]
    assert (zone / FEED / str(DAY) / f"{COUNTY}.csv").read_text() == payments(wrong=WRONG)
    corrected = answer_to(corrected_workbook(), "corrections", name="改好了.xlsx")
    assert [(one["rows_landed"], one["rows_rejected"]) for one in corrected["feeds"]] == [(3, 0)]
    assert (corrected["corrected"], corrected["has_workbook"]) == (3, False)
    assert not returns.path_of(DAY, COUNTY).exists()
    assert list(uploads.iterdir()) == []
    # The night finds it landed.
    assert ingest_all(sources=("county", "correction")) == []
    assert warehouse.execute("select count(*) from landing.public_post_payment").fetchone() == (30,)


def test_check_only_gives_the_same_answer_and_leaves_nothing(
    warehouse: psycopg.Connection, zone: Path, uploads: Path
) -> None:
    home = settings.current_home()
    folders = [zone, uploads, home.archive, home.returns, home.run, home.reports]

    def files() -> set[Path]:
        return {path for folder in folders for path in folder.rglob("*") if path.is_file()}

    before, kept = everything(warehouse, without=("ops.upload",)), files()
    checked = answer_to(payments(wrong=WRONG), FEED, check=True)
    assert everything(warehouse, without=("ops.upload",)) == before
    assert files() == kept
    [row] = warehouse.execute("select * from ops.upload").fetchall()
    assert not any(person in str(row) for person in (*WRONG.values(), id_number(1)))
    sent = answer_to(payments(wrong=WRONG), FEED)
    assert everything(warehouse, without=("ops.upload",)) != before
    assert sent.pop("has_workbook")
    assert checked == sent


def test_a_correction_is_checked_and_nothing_kept(warehouse: psycopg.Connection, zone: Path) -> None:
    answer_to(payments(wrong=WRONG), FEED)
    before, workbook = everything(warehouse, without=("ops.upload",)), corrected_workbook()
    checked = answer_to(workbook, "corrections", name="back.xlsx", check=True)
    assert everything(warehouse, without=("ops.upload",)) == before
    assert [one["rows_landed"] for one in checked["feeds"]] == [3]
    assert checked["corrected"] == 3


def test_a_return_workbook_sent_for_another_date_is_answered_with_its_folder(warehouse: psycopg.Connection) -> None:
    """The form offers today, and a return workbook is of yesterday as a rule."""
    today = DAY + timedelta(days=1)
    answer_to(payments(wrong=WRONG), FEED)
    early = answer_to(corrected_workbook(), "corrections", name="back.xlsx", day=today, check=True)
    assert (early["refusal"]["code"], early["feeds"], early["waits"]) == ("other_date", [], [])
    answer_to(payments(wrong=WRONG), FEED, day=today)
    answer = answer_to(corrected_workbook(), "corrections", name="back.xlsx", day=today)
    assert [one["refusal"]["code"] for one in answer["feeds"]] == ["other_date"]
    assert f"corrections/{DAY}" in str(answer["feeds"][0]["refusal"]["detail"])
    assert answer["corrected"] == 0


def test_a_return_workbook_is_recognised_under_any_feed(warehouse: psycopg.Connection, zone: Path) -> None:
    """As the month's payments its three rows would stand for all thirty."""
    answer_to(payments(wrong=WRONG), FEED)
    answer = answer_to(corrected_workbook(), FEED, name="workbook.xlsx")
    assert answer["is_return_workbook"]
    assert warehouse.execute("select count(*) from landing.public_post_payment").fetchone() == (30,)
    assert warehouse.execute("select kind from ops.delivery order by 1").fetchall() == [("correction",), ("file",)]


def test_what_gate_1_would_hold_is_shown_beforehand(warehouse: psycopg.Connection, zone: Path) -> None:
    """Neighbours with the last accepted delivery; nothing of other counties."""
    night_before(zone, payments(200), FEED, DAY - timedelta(days=1))
    answer = answer_to(payments(40), FEED, check=True)
    [failed] = [one for one in answer["feeds"][0]["failed"] if "本次 40 行，上次 200 行" in one["zh"]]
    assert failed["severity"] == "critical"


def test_comparisons_with_other_counties_are_not_shown_beforehand(warehouse: psycopg.Connection, zone: Path) -> None:
    """A first delivery that is far from those of others is held; by trying, a clerk could work out their figures."""
    for unit in ("532501", "532502", "532503", "532504", "532523"):
        put(zone, payments(200), f"{unit}.csv", feed=FEED, day=DAY - timedelta(days=1))
    ingest_all(DAY - timedelta(days=1))
    build = start_build(DAY - timedelta(days=1))
    gate.gate_deliveries(build)
    publish(build)
    answer = answer_to(payments(200).replace(",800,800", ",80000,80000"), FEED)
    build = start_build(DAY)
    assert len(gate.gate_deliveries(build).held) == 1
    [reason] = warehouse.execute("select reason from ops.delivery where status = 'held'").fetchone() or ("",)
    assert "其他单位" in reason
    assert not any("其他单位" in one["zh"] for one in answer["feeds"][0]["failed"])


def test_a_file_that_was_sent_already_is_unchanged(warehouse: psycopg.Connection, zone: Path) -> None:
    first = answer_to(payments(wrong=WRONG), FEED)
    again = answer_to(payments(wrong=WRONG), FEED)
    assert "is_unchanged" not in first["feeds"][0]
    assert again["feeds"][0]["is_unchanged"]
    assert again["feeds"][0]["cells"] == first["feeds"][0]["cells"]
    assert warehouse.execute("select count(*) from ops.delivery").fetchone() == (1,)


def test_parts_and_nil_returns_are_ingested_as_by_sftp(warehouse: psycopg.Connection, zone: Path) -> None:
    put(zone, payments(10), feed=FEED, name=f"{COUNTY}_1.csv")
    ingest_all()
    answer = answer_to(payments(5), FEED, name=f"{COUNTY}_2.csv")
    assert answer["other_parts"] == ["1"]
    answer = answer_to("", "job_event", name="nil.nil")
    assert answer["feeds"][0]["rows_read"] == 0
    assert warehouse.execute("select feed, part, kind from ops.delivery order by delivery_id").fetchall() == [
        (FEED, "1", "file"), (FEED, "2", "file"), ("job_event", "", "nil"),
    ]  # fmt: skip


def test_an_upload_is_for_the_warehouse_alone_and_follows_no_link(
    warehouse: psycopg.Connection, zone: Path, tmp_path: Path
) -> None:
    """Whoever else may write there cannot have it written elsewhere, or read it."""
    folder = zone / FEED / DAY.isoformat()
    folder.mkdir(parents=True)
    (tmp_path / "elsewhere.csv").write_text("kept")
    for name in (f"{COUNTY}.csv", f"{COUNTY}.csv.part"):
        (folder / name).symlink_to(tmp_path / "elsewhere.csv")
    before = os.umask(0o022)
    try:
        assert answer_to(payments(3), FEED)["feeds"][0]["rows_landed"] == 3
    finally:
        os.umask(before)
    assert (tmp_path / "elsewhere.csv").read_text() == "kept"
    sent = (folder / f"{COUNTY}.csv").lstat()
    assert oct(sent.st_mode) == oct(0o100600)


def test_a_landing_zone_need_not_be_a_folder(warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_LANDING_ZONE", "memory://uploaded")
    answer = answer_to(payments(wrong=WRONG), FEED)
    assert answer["feeds"][0]["rows_landed"] == 27
    assert ingest_all() == []
    zone = LandingZone()
    assert [path for path, _ in zone.entries()] == [f"{FEED}/{DAY}/{COUNTY}.csv"]
    zone.files.rm(zone.folder, recursive=True)


def test_the_answer_mentions_late_published_and_closed_dates(warehouse: psycopg.Connection, zone: Path) -> None:
    day = date(2024, 5, 10)  # payments are due on the tenth
    night_before(zone, rows_of("employment", {}), "employment", day)
    answer = answer_to(payments(30), FEED, day=day, check=True)
    assert (answer["due_at"], answer["is_late"]) == ("2024-05-10T20:00:00+08:00", True)
    assert (answer["publication"], answer["is_closed"]) == (1, False)
    warehouse.execute("insert into ops.month_close (month, publication) values ('2024-05-01', 1)")
    assert answer_to(payments(30), FEED, day=day, check=True)["is_closed"]
    today = datetime.now(settings.TIMEZONE).date()
    answer = answer_to(rows_of("employment", {}), "employment", day=today)
    assert (answer["publication"], answer["is_closed"]) == (None, False)


def test_what_came_in_time_is_not_late_when_it_is_sent_again(warehouse: psycopg.Connection, zone: Path) -> None:
    """Before the night that lists what is due, and after it; what cannot be read has not come."""
    day = date(2024, 5, 10)  # payments are due on the tenth
    assert answer_to(payments(30), FEED, day=day)["is_late"]
    warehouse.execute("update ops.delivery set arrived_at = '2024-05-10 18:00+08'")
    answers = [answer_to(payments(29), FEED, day=day)]
    landing.expect_deliveries(day)
    answers += [answer_to(payments(28), FEED, day=day), answer_to(payments(27), FEED, day=day, check=True)]
    expected = ("2024-05-10T20:00:00+08:00", False)
    assert [(answer["due_at"], answer["is_late"]) for answer in answers] == [expected] * 3
    assert answer_to(b"", FEED, day=day, county=OTHER)["is_late"] is None


# --- what is refused ----------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_is_refused_in_the_words_of_the_night(warehouse: psycopg.Connection) -> None:
    cases = (
        (b"", "table.csv", "empty_file"),
        (b"\x00\x01\x02", "table.csv", "header_not_found"),
        (rows_of("workshop", {}).encode(), "table.csv", "header_not_found"),
        (HEADER.removesuffix(",实发金额").encode() + b"\nP1,,2024-04,22,800\n", "table.csv", "required_column_missing"),
        (payments().encode(), "table.xlsx", "extension_mismatch"),
        (b"PK\x03\x04broken", "table.xlsx", "workbook_unreadable"),
        (WORKBOOKS["one cell at the far corner"].data, "table.xlsx", "too_many_cells_declared"),
    )
    for content, name, code in cases:
        for check in (True, False):
            [of_feed] = answer_to(content, FEED, name=name, check=check)["feeds"]
            assert of_feed["refusal"]["code"] == code
    refused = warehouse.execute("select reason from ops.delivery order by delivery_id").fetchall()
    assert refused == [(code,) for _, _, code in cases]


def test_a_file_that_is_not_a_return_workbook_is_refused_as_one(warehouse: psycopg.Connection) -> None:
    book = openpyxl.Workbook()
    book.active.title = "随便"
    content = io.BytesIO()
    book.save(content)
    for given, code in ((content.getvalue(), "no_sheet_of_a_feed"), (b"PK\x03\x04", "workbook_unreadable")):
        answer = answer_to(given, "corrections", name="table.xlsx")
        assert (answer["feeds"], answer["refusal"]["code"]) == ([], code)
    assert warehouse.execute("select from ops.delivery").fetchall() == []


def test_a_hostile_file_name_is_refused(warehouse: psycopg.Connection, uploads: Path) -> None:
    names = ("macro.xlsm", "noextension", "../../etc/passwd", "table.csv/../../x.exe", "a.html", ".csv\x00", "")
    for name in (*names, f"{OTHER}.csv", f"{OTHER}_2.xlsx"):
        with pytest.raises(upload.InvalidUpload) as refused:
            send(payments(), FEED, name=name)
        assert name not in str(refused.value) or not name
    assert list(uploads.iterdir()) == []
    assert warehouse.execute("select from ops.upload").fetchall() == []


def test_a_part_is_named_as_in_the_landing_zone(warehouse: psycopg.Connection, zone: Path) -> None:
    for part in ("2", "dier-fence-2", "13800001111", "thirteen-long"):
        send(payments(), FEED, name=f"{COUNTY}_{part}.csv")
    read_all()
    assert {path.name for path in zone.rglob("*.csv")} == {
        f"{COUNTY}_2.csv", f"{COUNTY}_dier-fence-2.csv", f"{COUNTY}.csv",
    }  # fmt: skip


def test_only_the_standard_name_of_an_uploaded_file_is_kept(warehouse: psycopg.Connection, zone: Path) -> None:
    names = (
        "..\\..\\张三532528199001010009.csv",
        "/etc/cron.d/x.csv",
        "％２ｅ／x.csv",
        f"{COUNTY}_../../x.csv",
        "\x00.csv\n",
    )
    for name in names:
        send(payments(), FEED, name=name)
    read_all()
    assert [str(path.relative_to(zone)) for path in zone.rglob("*") if path.is_file()] == [f"{FEED}/{DAY}/{COUNTY}.csv"]
    rows = str(warehouse.execute("select * from ops.upload, ops.delivery, ops.arrival").fetchall())
    assert not any(word in rows for word in ("张三", "cron", "..", "x.csv"))


def test_the_limits_of_a_day_and_of_a_file_hold(warehouse: psycopg.Connection, uploads: Path) -> None:
    def limit(name: str, value: int) -> None:
        warehouse.execute("update seeds.setting set value = %s where name = %s", (str(value), name))

    limit("upload_largest_megabytes", 1)
    with pytest.raises(upload.InvalidUpload, match="超过 1 MB"):
        send(b"x" * ((1 << 20) + 1), FEED)
    limit("upload_daily_files", 2)
    send(payments(), FEED)
    send(payments(), FEED, check=True)
    with pytest.raises(psycopg.DatabaseError, match="已达上限"):
        send(payments(), FEED)
    send(payments(), FEED, county=OTHER)
    limit("upload_daily_files", 9)
    limit("upload_daily_megabytes", 0)
    with pytest.raises(psycopg.DatabaseError, match="已达上限"):
        send(payments(), FEED)
    assert len(list(uploads.iterdir())) == 3


def test_what_cannot_be_sent_is_refused(warehouse: psycopg.Connection, uploads: Path) -> None:
    tomorrow = datetime.now(settings.TIMEZONE).date() + timedelta(days=1)
    with pytest.raises(psycopg.DatabaseError, match="尚未到"):
        send(payments(), FEED, day=tomorrow)
    for feed in ("relief_payroll", "bank_return", "gig_order", "nothing"):
        with pytest.raises(psycopg.DatabaseError, match="没有这张报表"):
            send(payments(), feed)
    with pytest.raises(upload.InvalidUpload, match="早于 2020-01-01"):
        send(payments(), FEED, day=date(2019, 12, 31))
    assert list(uploads.iterdir()) == []


# --- who sees what ------------------------------------------------------------------------------------------


def test_a_county_sees_nothing_of_another_and_cannot_read_its_file(warehouse: psycopg.Connection, zone: Path) -> None:
    mine = answer_to(payments(wrong=WRONG), FEED)
    assert seen(OTHER) == []
    with connect(f"county_{OTHER}") as other:
        assert other.execute("select * from ops.own_deliveries('2020-01-01')").fetchall() == []
    with connect(f"county_{COUNTY}") as own:
        [row] = own.execute("select feed, rows_rejected from ops.own_deliveries('2020-01-01')").fetchall()
    assert row == (FEED, 3)
    assert mine["feeds"][0]["rows_rejected"] == 3
    # The file's name is in no answer, and whoever knew it could not have it read again.
    [(file,)] = warehouse.execute("select file from ops.upload").fetchall()
    assert str(file) not in str(seen())
    with pytest.raises(psycopg.errors.UniqueViolation), clerk(OTHER), connect(OWN_LOGIN) as connection:
        connection.read_only = False
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        connection.execute("select ops.receive_upload(%s, %s, '', '.csv', true, %s, 1, sha256('x'))", (FEED, DAY, file))


def test_only_counties_upload(warehouse: psycopg.Connection) -> None:
    for role in ("wh_analyst", "wh_auditor", OWN_LOGIN, "wh_loader"):
        with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.read_only = False
            connection.execute(
                "select ops.receive_upload(%s, %s, '', '.csv', true, %s, 1, sha256('x'))", (FEED, DAY, uuid.uuid4())
            )


def test_rows_of_another_county_are_rejected(warehouse: psycopg.Connection, zone: Path) -> None:
    answer = answer_to(rows_of("labor_register", {"county_code": OTHER}), "labor_register")
    assert answer["feeds"][0]["rows_landed"] == 0
    assert warehouse.execute("select distinct unit from ops.delivery").fetchall() == [(COUNTY,)]


# --- killed, damaged, together with a night -----------------------------------------------------------------


def test_a_killed_reader_resumes_the_upload_and_lands_it_once(warehouse: psycopg.Connection, zone: Path) -> None:
    """Killed while it waits for a lock that this test holds: the file is in the landing zone, nothing is landed."""
    number = send(payments(wrong=WRONG), FEED)
    with connect_superuser() as other:
        other.execute("lock table landing.public_post_payment in exclusive mode")
        process = start_reader()
        try:
            wait_for(lambda: waiting_for_a_lock(warehouse))
            assert upload.is_read()
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert not upload.is_read()
    assert (zone / FEED / str(DAY) / f"{COUNTY}.csv").exists()
    assert warehouse.execute("select state, attempts from ops.upload").fetchall() == [("waiting", 1)]
    again = start_reader()
    try:
        wait_for(lambda: seen()[0]["state"] == "answered")
    finally:
        again.send_signal(signal.SIGKILL)
        again.wait()
    assert [(row["upload"], row["answer"]["feeds"][0]["rows_landed"]) for row in seen()] == [(number, 27)]
    assert warehouse.execute("select count(*) from ops.delivery").fetchone() == (1,)
    assert warehouse.execute("select count(*) from landing.public_post_payment").fetchone() == (27,)


def test_killed_between_landing_and_workbook_only_the_workbook_is_written(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(payments(wrong=WRONG), FEED)
    with monkeypatch.context() as patch:
        patch.setattr(returns, "write_workbook", killed)
        with pytest.raises(KeyboardInterrupt):
            read_all()
    assert seen()[0]["state"] == "landed"
    read_all()
    assert seen()[0]["answer"]["has_workbook"]
    assert warehouse.execute("select count(*) from ops.delivery").fetchone() == (1,)


def test_a_night_that_finds_the_file_first_is_answered_from_the_ledger(
    warehouse: psycopg.Connection, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(payments(wrong=WRONG), FEED)

    def overtaken(arrival: landing.Arrival, ingester: delivery.Ingester) -> list[landing.Delivery]:
        ingest_all()
        return delivery.ingest_file(arrival, ingester)

    monkeypatch.setattr(reader, "ingest_file", overtaken)
    read_all()
    assert seen()[0]["answer"]["feeds"][0]["rows_rejected"] == 3
    assert warehouse.execute("select count(*) from ops.delivery").fetchone() == (1,)


@pytest.mark.parametrize("extension", [".csv", ".csv.gz"])
def test_an_upload_does_not_replace_a_newer_file(
    warehouse: psycopg.Connection, zone: Path, uploads: Path, extension: str
) -> None:
    """Of the same part, whatever its extension."""
    send(payments(30), FEED)
    content = payments(31).encode()
    packed = gzip.compress(content) if extension == ".csv.gz" else content
    newer = put(zone, packed, f"{COUNTY}{extension}", feed=FEED)
    os.utime(newer, (time.time() + 1, time.time() + 1))
    read_all()
    assert seen()[0]["answer"]["refusal"]["code"] == "newer_file_landed"
    assert newer.read_bytes() == packed
    assert list(uploads.iterdir()) == []
    assert [delivery.rows_landed for delivery in ingest_all()] == [31]


@pytest.mark.parametrize("storage", ["folder", "other"])
def test_of_two_uploads_the_later_one_stays(
    warehouse: psycopg.Connection, zone: Path, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a file's time is that of its writing, which is after both."""
    if storage == "other":
        monkeypatch.setenv("WAREHOUSE_LANDING_ZONE", "memory://twice")
    for rows in (30, 31):
        send(payments(rows), FEED)
    read_all()
    assert [row["answer"]["feeds"][0]["rows_landed"] for row in seen()] == [31, 30]


def test_an_upload_while_a_night_is_built_is_for_the_next_one(warehouse: psycopg.Connection, zone: Path) -> None:
    night_before(zone, payments(200), FEED, DAY - timedelta(days=1))
    build = start_build(DAY)
    for content in (payments(198), payments(199)):  # two of one county: the later one counts
        send(content, FEED)
    read_all()
    assert gate.gate_deliveries(build).accepted == ()
    publish(build)
    following = start_build(DAY)
    assert len(gate.gate_deliveries(following).accepted) == 2
    assert [row["answer"]["feeds"][0]["rows_landed"] for row in seen()] == [199, 198]
    assert warehouse.execute(
        "select revision, rows_landed from ops.delivery where report_date = %s order by 1", (DAY,)
    ).fetchall() == [(1, 198), (2, 199)]


def test_a_file_that_is_damaged_or_fails_again_and_again_is_answered(
    warehouse: psycopg.Connection, uploads: Path, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "PAUSE_SECONDS", 0)
    send(payments(), FEED)
    [file] = uploads.iterdir()
    file.write_text("something else")
    read_all()
    assert seen()[0]["answer"]["refusal"]["code"] == "upload_incomplete"
    send(payments(), FEED)
    monkeypatch.setattr(reader, "ingest_file", failing)
    read_all()
    assert seen()[0]["answer"]["refusal"]["code"] == "upload_failed"
    assert list(uploads.iterdir()) == []


def test_an_upload_that_cannot_be_answered_keeps_no_other_county_waiting(
    warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "PAUSE_SECONDS", 0)
    stuck, free = send(payments(), FEED, check=True), send("", FEED, check=True, county=OTHER)
    warehouse.execute(
        f"""
        create sequence public.tries;
        create function public.fail() returns trigger language plpgsql security definer as $$
        begin
            if new.upload = {stuck} and nextval('public.tries') <= 6 then raise 'cannot be recorded'; end if;
            return new;
        end $$;
        create trigger fail before update of state on ops.upload for each row execute function public.fail();
        """
    )
    read_all()
    answered = warehouse.execute("select upload from ops.upload order by answered_at").fetchall()
    assert answered == [(free,), (stuck,)]


def test_answers_of_checks_and_orphaned_files_are_deleted(warehouse: psycopg.Connection, uploads: Path) -> None:
    answer_to(payments(), FEED, check=True)
    answer_to(payments(), FEED)
    left, young = uploads / f"{uuid.uuid4()}.csv", uploads / f"{uuid.uuid4()}.xlsx"
    for path in (left, young):
        path.write_bytes(b"")
    os.utime(left, (time.time() - 7200,) * 2)
    warehouse.execute("update ops.upload set answered_at = now() - interval '25 hours'")
    warehouse.execute("update seeds.setting set value = '2' where name = 'retention_checks_days'")
    read_all()
    assert warehouse.execute("select count(*) from ops.upload").fetchone() == (2,)
    warehouse.execute("update seeds.setting set value = '1' where name = 'retention_checks_days'")
    read_all()
    assert list(uploads.iterdir()) == [young]
    assert warehouse.execute("select is_check from ops.upload").fetchall() == [(False,)]


def night_before(zone: Path, content: str, feed: str, day: date) -> None:
    """A night that has accepted a file of the county, and is published."""
    put(zone, content, feed=feed, day=day)
    ingest_all(day)
    build = start_build(day)
    assert gate.gate_deliveries(build).held == ()
    publish(build)


def killed(*_: Any) -> None:
    raise KeyboardInterrupt


def failing(*_: Any) -> None:
    raise landing.IngestFailed("the database is full")


def start_reader() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "employment_warehouse.upload"],
    )


def wait_for(condition: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def waiting_for_a_lock(warehouse: psycopg.Connection) -> bool:
    found = warehouse.execute(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        " and usename = 'wh_loader'"
    ).fetchall()
    return bool(found)
