"""Return workbooks that come back mended: each sheet of a feed is one more part of that feed's report.

The part is merged by key, like any other, and sorts behind those that are there. A later workbook merges upon an
earlier one, for what that has mended is not in the later one; it replaces it where it names each of its rows anew. A
whole file that comes later replaces both.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import psycopg

from employment_warehouse.contract import Contract, contracts
from employment_warehouse.landing import ledger
from employment_warehouse.landing.arrivals import CORRECTION_PART, Arrival
from employment_warehouse.landing.delivery import IngestResult, ingest_file, ingest_report
from employment_warehouse.landing.ledger import Delivery, Report
from employment_warehouse.landing.queries import query, query_of_rows
from employment_warehouse.landing.withdrawing import NAMED, Snapshot, withdraw
from employment_warehouse.reading import Refused, read_tables, sheet_names

# Sheets of a return workbook that are there to be looked at: how to mend, and rows that later ones have replaced.
NOTES_SHEET, REPEATED = "说明", "（重复）"
REPLACED_SINCE = "replaced_since"


def land_correction(arrival: Arrival) -> list[Delivery]:
    """Take in what a workbook of `corrections/` mends, all its sheets in one transaction; one delivery a feed.

    Empty: nothing new (as `land` says), or nothing in it is a sheet of a feed. Rejected rows that a landed row names by
    file and line are marked as mended by it. A sheet is `refused` if it cannot be read, or with `replaced_since` if a
    whole file came after it. A sheet of which the county has no report yet, or one that is held, waits for it: its rows
    alone would stand for the whole snapshot. What waits and what no feed has is told in ops.alert. Raises
    LandingFailed.
    """
    return ingest_file(arrival, _take_workbook)


def _take_workbook(connection: psycopg.Connection, report: Report, file: Path) -> IngestResult:
    try:
        names = sheet_names(file)
    except Refused:
        names = []
    of_title = {each.title_zh: each for each in contracts().values() if each.unit == "county"}
    feeds = [of_title[name] for name in names if name in of_title]
    ours = (*of_title, NOTES_SHEET)
    strange = [at for at, name in enumerate(names, 1) if name not in ours and not name.endswith(REPEATED)]
    waiting = [contract for contract in feeds if _so_far(connection, report, contract).waits(report)]
    if not feeds:
        connection.execute(query("correction_unreadable"), report.__dict__)
    elif waiting or strange:
        _tell(connection, report, waiting, strange)
    taken = [_take_sheet(connection, report, file, contract) for contract in feeds if contract not in waiting]
    return IngestResult([delivery for delivery in taken if delivery], waits=bool(waiting))


class _SoFar(NamedTuple):
    number: int
    is_taken: bool  # at an earlier look, while another sheet waited
    latest: bytes | None
    has_base: bool
    replaced_at: datetime | None

    def is_replaced(self, workbook: Report) -> bool:
        return self.replaced_at is not None and self.replaced_at > workbook.arrived_at

    def waits(self, workbook: Report) -> bool:
        return not (self.has_base or self.is_taken or self.is_replaced(workbook))


def _so_far(connection: psycopg.Connection, workbook: Report, contract: Contract) -> _SoFar:
    """What a feed's report has been corrected by; nobody else corrects it until the end of the transaction."""
    report = replace(workbook, feed=contract.feed, part=CORRECTION_PART)
    ledger.lock_delivery(connection, report)
    return _SoFar(*connection.execute(query("corrections_so_far"), report.__dict__).fetchone() or ())


def _take_sheet(connection: psycopg.Connection, workbook: Report, file: Path, contract: Contract) -> Delivery | None:
    so_far = _so_far(connection, workbook, contract)
    if so_far.is_taken or (so_far.latest is not None and bytes(so_far.latest) == workbook.sha256):
        return None
    report = replace(workbook, feed=contract.feed, part=f"{CORRECTION_PART}{so_far.number + 1:03d}")
    if so_far.is_replaced(workbook):
        return ledger.open_delivery(connection, report, 1, REPLACED_SINCE)
    landed = ingest_report(connection, report, lambda: read_tables(file, contract, contract.title_zh))
    if landed and landed.status == "landed":
        named = landed.__dict__ | NAMED
        superseded = connection.execute(query_of_rows("superseded_corrections", landed.feed), named).fetchall()
        withdraw(connection, Snapshot.of(landed), [part for (part,) in superseded])
        connection.execute(query_of_rows("mark_corrected", landed.feed), named)
    return landed


def _tell(connection: psycopg.Connection, report: Report, waiting: list[Contract], strange: list[int]) -> None:
    sheets = [
        f"“{one.title_zh}”等待当天的报送被接受 | {one.feed} waits for a report that is accepted" for one in waiting
    ]
    sheets += [f"第 {at} 张工作表的名称不是任何报表的 | sheet {at} is named as no feed is" for at in strange]
    connection.execute(query("correction_waits"), report.__dict__ | {"sheets": "；".join(sheets)})
