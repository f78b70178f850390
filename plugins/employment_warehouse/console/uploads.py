"""A county's files: uploaded and checked here, and all that it has sent with the outcome."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from employment_warehouse import returns, workbook_style
from employment_warehouse.console import connections
from employment_warehouse.console.connections import Row
from employment_warehouse.console.page import InTurn, Page, Visit
from employment_warehouse.console.sessions import Session
from employment_warehouse.console.upload_answer import answer_text
from employment_warehouse.contract import COUNTY_SOURCE, contracts, file_reason, next_due, write_template
from employment_warehouse.database import OWN_LOGIN, connect
from employment_warehouse.landing.naming import CORRECTIONS
from employment_warehouse.settings import TIMEZONE
from employment_warehouse.upload import MEGABYTE, InvalidUpload, UploadRequest, send

page = Page("/uploads", "报送", "Reporting", needs=("ops.receive_upload",))
SHOWN_DAYS = 35
# What a form has in addition to the file.
FORM_BYTES = 1 << 16
REFRESH_SECONDS = "2"
UPLOADS_AT_ONCE = 2  # of one login
LONGEST_SECONDS = 15 * 60  # 64 MB at 600 kbit/s


class Receptions:
    """The uploads that are under way, by login: what has come of a file has its place on the disk, until it is refused
    or stored."""

    def __init__(self) -> None:
        self._under_way: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def place(self, login: str) -> Iterator[None]:
        """One of a login's places, in however many sessions. Raises HTTPException (429)."""
        with self._lock:
            if self._under_way[login] >= UPLOADS_AT_ONCE:
                raise HTTPException(
                    429,
                    f"您的登录名正在上传 {UPLOADS_AT_ONCE} 个文件，请等其中一个传完再试"
                    f" | {UPLOADS_AT_ONCE} files of your login are being uploaded:"
                    " try again when one of them has arrived",
                )
            self._under_way[login] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= Counter([login])  # which leaves no zeros


def admit(request: Request, session: InTurn) -> Session:
    """The session of somebody who may upload a file of this size, before any of it is read.

    Raises HTTPException (401, 403, 411, 413).
    """
    if not page.is_open_to(session):
        raise HTTPException(403)
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise HTTPException(411, "上传须注明长度 | an upload has to say its length")
    with connections.reading(session) as read:
        largest = read("upload_limits")[0]["megabytes"]
    if largest is not None and int(length) > largest * MEGABYTE + FORM_BYTES:
        raise HTTPException(413, f"文件超过 {largest} MB | the file is larger than {largest} MB")
    return session


async def receive_form(request: Request, session: Annotated[Session, Depends(admit)]) -> AsyncIterator[None]:
    """Read the form with its file, in one of the login's places. Raises HTTPException (408, 429)."""
    with request.app.state.receiving.place(session.login):
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                await request.form(max_files=1)
        except TimeoutError:
            raise HTTPException(408, "上传太慢，没有收完 | the upload was too slow: the file is not whole") from None
        yield


@page.router.get("/uploads")
def show(visit: Visit = page.visitor) -> Response:
    """What is due next, the form, and what was sent."""
    now = datetime.now(TIMEZONE)
    today = now.date()
    with visit.reading() as read:
        limits = read("upload_limits")[0]
        deliveries = read("own_deliveries", since=today - timedelta(days=SHOWN_DAYS))
        uploads = [_with_workbook_state(visit, upload) for upload in read("own_uploads")]
    latest: dict[str, Any] = {}
    for row in deliveries:
        if row["kind"] and row["feed"] not in latest:
            latest[row["feed"]] = row
    feeds = [
        {"feed": feed, "due_at": next_due(contract, now, limits["campaign"]), "latest": latest.get(feed)}
        for feed, contract in contracts().items()
        if contract.source == COUNTY_SOURCE
    ]
    return visit.show(
        "uploads.html.j2",
        feeds=sorted(feeds, key=lambda each: (each["due_at"] is None, each["due_at"])),
        deliveries=deliveries,
        uploads=uploads,
        missing=_without_repeats(row for row in deliveries if row["state"] == "missing"),
        held=[row for row in deliveries if row["status"] == "held" and row["is_current"]],
        refused=[
            row | {"refusal": file_reason(row["reason"], row["detail"] or "")}
            for row in deliveries
            if row["status"] == "refused" and row["is_current"]
        ],
        today=today,
        chosen={"feed": visit.request.query_params.get("feed"), "day": visit.request.query_params.get("day") or today},
        largest=limits["megabytes"],
        checks_days=limits["checks_days"],
        corrections=CORRECTIONS,
    )


@page.router.post("/uploads", dependencies=[Depends(receive_form)])
async def receive(visit: Visit = page.visitor) -> Response:
    """Receive a file; its page has the answer within seconds."""
    form = await visit.request.form()
    try:
        request, file = _upload_request(form), form.get("file")
        number = await run_in_threadpool(_send, visit, file, request)
    finally:
        await form.close()
    return visit.go(f"/uploads/{number}")


@page.router.get("/uploads/{number:int}")
def show_answer(number: int, visit: Visit = page.visitor) -> Response:
    """The answer to one upload; until there is one, the page is loaded again."""
    with visit.reading() as read:
        upload = read.one("own_upload", number=number)
    if upload is None:
        raise HTTPException(404)
    upload = _with_workbook_state(visit, upload)
    answer = answer_text(upload["answer"]) if upload["answer"] else None
    how = {"is_check": upload["is_check"], "has_workbook": upload["has_workbook"]}
    steps = answer.next_steps(**how) if answer else ()
    response = visit.show("upload.html.j2", upload=upload, answer=answer, steps=steps, corrections=CORRECTIONS)
    if upload["state"] != "answered":
        response.headers["Refresh"] = REFRESH_SECONDS
    return response


@page.router.get("/uploads/return-workbooks/{day}.xlsx")
def download_workbook(day: date, visit: Visit = page.visitor) -> Response:
    """The county's return workbook of a date; the download is recorded."""
    with visit.acting(), connect(OWN_LOGIN) as connection:
        connection.read_only = False
        [county] = connection.execute("select ops.take_workbook(%s)", [day]).fetchone() or ("",)
        path = returns.path_of(day, county)
        if not path.is_file():
            connection.rollback()
            raise HTTPException(404)
    return FileResponse(path, media_type=workbook_style.MEDIA_TYPE, filename=f"{county}_{day}_return.xlsx")


@page.router.get("/uploads/templates/{feed}.xlsx")
def download_template(feed: str, visit: Visit = page.visitor) -> Response:
    """The blank workbook of a feed, with examples of the login's county."""
    if feed not in contracts() or contracts()[feed].source != COUNTY_SOURCE:
        raise HTTPException(404)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{feed}.xlsx"
        write_template(feed, path, *visit.session.counties[:1])
        content = path.read_bytes()
    disposition = f'attachment; filename="{feed}.xlsx"'
    return Response(content, media_type=workbook_style.MEDIA_TYPE, headers={"Content-Disposition": disposition})


def _without_repeats(submissions: Iterable[Row]) -> list[Row]:
    """One row for each submission, however many of its parts could not be read."""
    return list({(row["feed"], row["report_date"]): row for row in submissions}.values())


def _with_workbook_state(visit: Visit, upload: Row) -> Row:
    """An upload whose return workbook is offered only while it is there: the last correction deletes it. has_workbook:
    None if none was written."""
    if not upload["has_workbook"]:
        return upload | {"has_workbook": None}
    paths = (returns.path_of(upload["report_date"], county) for county in visit.session.counties)
    return upload | {"has_workbook": any(path.is_file() for path in paths)}


def _upload_request(form: Any) -> UploadRequest:
    try:
        day = date.fromisoformat(str(form.get("day") or ""))
    except ValueError:
        raise InvalidUpload("报表日期有误 | this is not a report date", expected="2024-05-01") from None
    file, is_nil = form.get("file"), form.get("nil") == "yes"
    chosen = str(file.filename or "") if isinstance(file, UploadFile) else ""
    if chosen and is_nil:
        raise InvalidUpload(
            "既选了文件又勾选了零报告，没有报送 | a file was chosen and a nil return was ticked: nothing was sent",
            todo="有内容请取消零报告，没有内容请不选文件 | untick the nil return, or choose no file",
        )
    if not chosen and not is_nil:
        raise InvalidUpload(
            "没有选择文件 | no file was chosen", todo="选择文件；没有内容请勾选零报告 | choose one, or a nil return"
        )
    name = ".nil" if is_nil else chosen
    return UploadRequest(str(form.get("feed") or ""), day, name, form.get("act") != "send")


def _send(visit: Visit, file: Any, request: UploadRequest) -> int:
    with visit.acting():
        if request.file_name == ".nil":
            with tempfile.TemporaryFile() as nothing:
                return send(nothing, request)
        return send(file.file, request)
