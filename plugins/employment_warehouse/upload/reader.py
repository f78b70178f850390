"""One upload: what it is read as, and how its answer is recorded."""

from __future__ import annotations

import logging
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from employment_warehouse import returns
from employment_warehouse.database import connect
from employment_warehouse.errors import UserError
from employment_warehouse.landing import Arrival, IncomingPart, IngestFailed, archive
from employment_warehouse.landing.correction import ingest_workbook, is_return_workbook
from employment_warehouse.landing.delivery import IngestResult, ingest_file, ingest_single_part, rehearse
from employment_warehouse.landing.naming import CORRECTION_EXTENSIONS, CORRECTIONS, EXTENSIONS
from employment_warehouse.landing.zone import LandingZone
from employment_warehouse.upload import folder
from employment_warehouse.upload.answer import Answer, compose
from employment_warehouse.upload.queries import query

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Upload:
    """A row of ops.upload. state: `waiting` to be read, or `landed`: its return workbook is not written yet."""

    upload: int
    county_code: str
    received_at: datetime
    feed: str
    report_date: date
    part: str
    extension: str
    is_check: bool
    file: UUID
    file_bytes: int
    sha256: bytes
    state: str
    attempts: int

    @property
    def stored(self) -> Path:
        return folder.path_of(self.file, self.extension)

    @property
    def zone_path(self) -> str:
        """Where in the landing zone a clerk with SFTP would put it."""
        part = f"_{self.part}" if self.part else ""
        return f"{self.feed}/{self.report_date}/{self.county_code}{part}{self.extension}"

    @property
    def incoming(self) -> IncomingPart:
        """The file as ingest knows it."""
        kind = "correction" if self.feed == CORRECTIONS else "nil" if self.extension == ".nil" else "file"
        return IncomingPart(
            feed=self.feed,
            unit=self.county_code,
            report_date=self.report_date,
            part=self.part,
            kind=kind,
            sha256=self.sha256,
            path=self.zone_path,
            file_bytes=self.file_bytes,
            arrived_at=self.received_at,
        )


class IngestInProgress(Exception):
    """Another loader is ingesting the file."""


class NewerFile(Exception):
    """The landing zone has a file of the same part that is newer than the upload."""


def read(upload: Upload) -> None:
    """Check a file, or ingest it as a night would, and record the answer. May be done again at any time: what is
    ingested is answered in the same transaction.

    Raises IngestFailed, IngestInProgress; UserError (`wrong_token_key`).
    """
    if upload.attempts > MOST_ATTEMPTS:
        _record_end(upload, {} if upload.state == "landed" else _refusal("upload_failed"))
    elif upload.state == "waiting" and not _is_whole(upload):
        _record_end(upload, _refusal("upload_incomplete"))
    else:
        try:
            _ingest_and_return(upload)
        except NewerFile:
            _record_end(upload, _refusal("newer_file_landed"))
    upload.stored.unlink(missing_ok=True)


def _ingest_and_return(upload: Upload) -> None:
    if upload.state == "waiting":
        _ingest_as(upload, _with_recognised_feed(upload))
    if not upload.is_check:
        written = returns.write_workbook(upload.report_date, upload.county_code)
        _record_end(upload, {"has_workbook": written is not None})


def _refusal(code: str) -> Answer:
    """The file was not read, and why."""
    return {"refusal": {"code": code, "detail": ""}}


def _record_end(upload: Upload, answer: Answer) -> None:
    with connect("wh_loader") as connection:
        _record(connection, upload, answer, "answered")


def _ingest_as(upload: Upload, known: Upload) -> None:
    """known: the same upload, with the feed as which it was recognised."""
    ingester = ingest_workbook if known.feed == CORRECTIONS else ingest_single_part
    recognised = {"is_return_workbook": True} if known.feed != upload.feed else {}
    answers: list[Answer] = []

    def ingest_and_answer(connection: psycopg.Connection, part: IncomingPart, file: Path) -> IngestResult:
        result = ingester(connection, part, file)
        answers.append(compose(connection, part, result, upload.received_at, file) | recognised)
        if not upload.is_check:
            _record(connection, upload, answers[-1], "landed")
        return result

    if upload.is_check:
        rehearse(known.incoming, known.stored, ingest_and_answer)
        _record_end(upload, answers[-1])
        return
    arrival = _arrival(known)
    ingest_file(arrival, ingest_and_answer)
    if not _is_recorded(upload):  # a night has found the file in the landing zone first
        _answer_from_ledger(upload, known.incoming)


def _arrival(known: Upload) -> Arrival:
    """Put the file into the landing zone, where SFTP would have put it; again, if it was there, at the same time.

    Raises NewerFile: what was sent later, by SFTP, is not replaced.
    """
    zone = LandingZone()
    stem = known.zone_path.removesuffix(known.extension)
    present = [found for extension in EXTENSIONS if (found := zone.stat(f"{stem}{extension}"))]
    newer = [found.path for found in present if found.modified_at > known.received_at]
    if not all(_is_uploaded(known, zone, path) for path in newer):
        raise NewerFile
    zone.put(known.stored, known.zone_path, known.received_at)
    stat = zone.stat(known.zone_path)
    if stat is None:
        raise IngestInProgress
    return Arrival(known.report_date, known.feed, known.county_code, known.part, *astuple(stat))


def _is_uploaded(known: Upload, zone: LandingZone, path: str) -> bool:
    """Whether this file is from this upload or an earlier one: then it is not newer, whatever its time is.
    Storage that is not a folder has times of its own.
    """
    with zone.local(path) as file, connect("wh_loader") as connection:
        parameters = {"upload": known.upload, "county_code": known.county_code, "sha256": archive.sha256_of(file)}
        row = connection.execute(query("is_uploaded"), parameters).fetchone()
    return bool(row and row[0])


def _is_recorded(upload: Upload) -> bool:
    with connect("wh_loader") as connection:
        return connection.execute(query("state"), {"upload": upload.upload}).fetchone() != ("waiting",)


def _answer_from_ledger(upload: Upload, part: IncomingPart) -> None:
    with connect("wh_loader") as connection:
        answer = compose(connection, part, IngestResult([]), upload.received_at, upload.stored)
        if not answer["feeds"]:
            raise IngestInProgress
        _record(connection, upload, answer, "landed")


def _with_recognised_feed(upload: Upload) -> Upload:
    """A return workbook is one, whatever feed it was sent as: as that feed's file it would replace all other rows."""
    is_workbook = upload.extension in CORRECTION_EXTENSIONS and upload.feed != CORRECTIONS
    return replace(upload, feed=CORRECTIONS) if is_workbook and is_return_workbook(upload.stored) else upload


def _is_whole(upload: Upload) -> bool:
    return upload.stored.is_file() and archive.sha256_of(upload.stored) == upload.sha256


def _record(connection: psycopg.Connection, upload: Upload, answer: Answer, state: str) -> None:
    connection.execute(query("answer"), {"upload": upload.upload, "answer": Jsonb(answer), "state": state})


def log_failure(upload: Upload, failure: Exception) -> None:
    """By number, so that no text of a clerk gets into a log."""
    message = str(failure) if isinstance(failure, (UserError, IngestFailed)) else type(failure).__name__
    log.error("upload %d, attempt %d: %s", upload.upload, upload.attempts, message)
