"""Corrected return workbooks: each sheet of a feed becomes one more part of that feed's submission.

The part is merged by key, like any other, and sorts after the existing parts. A later workbook is merged with an
earlier one, because rows that the earlier one corrected are not in the later one; it replaces the earlier one if it
names all its rows again. A complete file that arrives later replaces both.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import psycopg

from employment_warehouse.alert_kinds import alert_kinds
from employment_warehouse.contract import EXPLANATION_SHEET, Contract, Words, contracts
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.landing import ledger
from employment_warehouse.landing.delivery import IngestResult, alert_unreadable, ingest_file, ingest_part
from employment_warehouse.landing.ledger import Delivery, IncomingPart
from employment_warehouse.landing.queries import query, query_of_rows
from employment_warehouse.landing.return_form import PLACE_HEADERS, REPEATED, read_correction
from employment_warehouse.landing.scanning import CORRECTION_PART, Arrival
from employment_warehouse.landing.submission_key import SubmissionKey
from employment_warehouse.landing.withdrawing import mark_corrected, withdraw
from employment_warehouse.reading import Refused, read_tables, sheet_names


def ingest_correction(arrival: Arrival) -> list[Delivery]:
    """Ingest a workbook of `corrections/`, all its sheets in one transaction; one delivery for each feed.

    Empty: nothing new (as for `ingest`), or no sheet has the title of a feed. Rejected rows that an ingested row names
    by file and line are marked as corrected. A sheet is `refused` if it cannot be read, with `other_date` if a row
    names a file of another date, with `replaced_since` if the file of one of its rows was sent again after it, or with
    `file_withdrawn` if its rows are those of a file that a rollback has withdrawn. A sheet whose submission is missing
    or held waits for it: its rows alone would count as the complete submission. Waiting and unknown sheets raise an
    alert, and those of another date that would have waited. Raises IngestFailed.
    """
    return ingest_file(arrival, ingest_workbook)


def is_return_workbook(file: Path) -> bool:
    """Whether a workbook is one that went back to a county: instructions, and a sheet of a feed whose rows name the
    rejected ones.
    """
    try:
        names = sheet_names(file)
        titles = [contract.title_zh for contract in contracts().values() if contract.title_zh in names]
        return EXPLANATION_SHEET in names and any(
            read_tables(file, None, title).header[: len(PLACE_HEADERS)] == list(PLACE_HEADERS.values())
            for title in titles
        )
    except Refused:
        return False


def ingest_workbook(connection: psycopg.Connection, workbook: IncomingPart, file: Path) -> IngestResult:
    """The ingester of a return workbook."""
    try:
        names = sheet_names(file)
    except Refused:
        names = []
    by_title = {contract.title_zh: contract for contract in contracts().values() if contract.unit == "county"}
    feeds = [by_title[name] for name in names if name in by_title]
    known = (*by_title, EXPLANATION_SHEET)
    unknown = [number for number, name in enumerate(names, 1) if name not in known and not name.endswith(REPEATED)]
    early = [contract for contract in feeds if _correction_state(connection, workbook, contract).must_wait(workbook)]
    misdated = {contract.feed: why for contract in early if (why := _other_date(file, contract, workbook.report_date))}
    waiting = [contract for contract in early if contract.feed not in misdated]
    if not feeds:
        alert_unreadable(connection, workbook)
    elif early or unknown:
        _alert_waiting(connection, workbook, early, misdated, unknown)
    landed = [_ingest_sheet(connection, workbook, file, contract) for contract in feeds if contract not in early]
    return IngestResult(
        [delivery for delivery in landed if delivery],
        tuple(contract.feed for contract in waiting),
        next(iter(misdated.values()), None),
    )


def _other_date(file: Path, contract: Contract, report_date: date) -> Refused | None:
    """Why a sheet need not wait for the submission of this date: it corrects another's."""
    try:
        for _ in read_correction(file, contract, report_date).frames:
            pass
    except Refused as refusal:
        return refusal if refusal.code == "other_date" else None
    return None


class _CorrectionState(NamedTuple):
    """The corrections that a submission has received so far."""

    number: int
    is_ingested: bool  # this one, in an earlier scan, while another sheet waited
    latest: bytes | None
    has_base: bool
    replaced_at: datetime | None

    def is_replaced(self, workbook: IncomingPart) -> bool:
        return self.replaced_at is not None and self.replaced_at > workbook.arrived_at

    def must_wait(self, workbook: IncomingPart) -> bool:
        return not (self.has_base or self.is_ingested or self.is_replaced(workbook))


def _correction_state(connection: psycopg.Connection, workbook: IncomingPart, contract: Contract) -> _CorrectionState:
    """Read it under a lock: nobody else corrects the submission until the end of the transaction."""
    part = replace(workbook, feed=contract.feed, part=CORRECTION_PART)
    ledger.lock_part(connection, part)
    return _CorrectionState(*connection.execute(query("correction_state"), part.__dict__).fetchone() or ())


def _ingest_sheet(
    connection: psycopg.Connection, workbook: IncomingPart, file: Path, contract: Contract
) -> Delivery | None:
    state = _correction_state(connection, workbook, contract)
    if state.is_ingested or (state.latest is not None and bytes(state.latest) == workbook.sha256):
        return None
    part = replace(workbook, feed=contract.feed, part=f"{CORRECTION_PART}{state.number + 1:03d}")
    if state.is_replaced(workbook):
        return ledger.insert_delivery(connection, part, 1, Refused("replaced_since"))
    try:
        with connection.transaction():
            delivery = ingest_part(connection, part, lambda: read_correction(file, contract, part.report_date))
            if delivery and delivery.status == "landed":
                _require_files_in_force(connection, delivery, workbook.arrived_at)
    except Refused as refusal:
        return ledger.insert_delivery(connection, part, 1, refusal)
    if delivery and delivery.status == "landed":
        parameters = delivery.__dict__ | PLACE_HEADERS
        superseded = connection.execute(query_of_rows("superseded_corrections", delivery.feed), parameters).fetchall()
        withdraw(connection, SubmissionKey.of(delivery), [part for (part,) in superseded])
        mark_corrected(connection, delivery.delivery_id, SubmissionKey.of(delivery))
    return delivery


def _require_files_in_force(connection: psycopg.Connection, correction: Delivery, arrived_at: datetime) -> None:
    """Raises Refused: the rows of a file that was withdrawn, or sent again since, would be merged into another."""
    parameters = correction.__dict__ | {"arrived_at": arrived_at}
    for faulty, code in (("corrects_withdrawn_file", "file_withdrawn"), ("corrects_replaced_file", "replaced_since")):
        if connection.execute(query(faulty), parameters).fetchone() == (True,):
            raise Refused(code)


def _alert_waiting(
    connection: psycopg.Connection,
    workbook: IncomingPart,
    early: list[Contract],
    misdated: Collection[str],
    unknown: list[int],
) -> None:
    kind = alert_kinds()["correction_waits"]
    lines = [
        kind.line("other_date" if sheet.feed in misdated else "waits", title=Words(sheet.title_zh, sheet.title_en))
        for sheet in early
    ]
    lines += [kind.line("unknown", number=number) for number in unknown]
    sheets = Words("；".join(line.zh for line in lines), "; ".join(line.en for line in lines))
    words = {
        "title": str(kind.title(unit=divisions().name_of(workbook.unit))),
        "body": str(kind.line("workbook", report_date=workbook.report_date, sheets=sheets)),
    }
    connection.execute(query("alert_correction_waits"), workbook.__dict__ | kind.__dict__ | words)
