"""Return workbooks that come back mended: each sheet of a feed is one more part of that feed's report.

The part is merged by key, like any other, and sorts behind those that are there; a later workbook merges upon an
earlier one, and does not replace it: what an earlier one has mended is not in the later one.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import sql

from employment_warehouse.contract import Contract, contracts
from employment_warehouse.landing import ledger
from employment_warehouse.landing.arrivals import CORRECTION_PART, Arrival
from employment_warehouse.landing.delivery import take_file, take_in
from employment_warehouse.landing.ledger import LandedDelivery, Report
from employment_warehouse.landing.queries import query
from employment_warehouse.reading import Refused, read_tables, sheet_names

# Headers of the columns by which a row of the workbook says which rejected row it was.
FILE_HEADER, LINE_HEADER = "文件", "行号"
NOTHING_TO_CORRECT = "nothing_to_correct"


def land_correction(arrival: Arrival) -> list[LandedDelivery]:
    """Take in what a workbook of `corrections/` mends, all its sheets in one transaction; one delivery a feed.

    Empty: nothing new (as `land` says), or nothing in it is a sheet of a feed, which ops.alert then tells. Rejected
    rows that a landed row names by file and line are marked as mended by it. A sheet is `refused` if it cannot be
    read, or with `nothing_to_correct` if the county has no report of that feed and date: the rows alone would
    stand for the whole snapshot. Raises LandingFailed.
    """
    return take_file(arrival, _take_workbook)


def _take_workbook(connection: psycopg.Connection, report: Report, file: Path) -> list[LandedDelivery]:
    try:
        names = sheet_names(file)
    except Refused:
        names = []
    feeds = [each for each in contracts().values() if each.unit == "county" and each.title_zh in names]
    if not feeds:
        connection.execute(query("correction_unreadable"), report.__dict__)
    taken = [_take_sheet(connection, report, file, contract) for contract in feeds]
    return [delivery for delivery in taken if delivery]


def _take_sheet(
    connection: psycopg.Connection, workbook: Report, file: Path, contract: Contract
) -> LandedDelivery | None:
    report = replace(workbook, feed=contract.feed, part=CORRECTION_PART)
    ledger.lock_delivery(connection, report)
    number, latest, has_base = connection.execute(query("corrections_so_far"), report.__dict__).fetchone() or ()
    if latest is not None and bytes(latest) == report.sha256:
        return None
    report = replace(report, part=f"{CORRECTION_PART}{number + 1:03d}")
    if not has_base:
        return ledger.open_delivery(connection, report, 1, NOTHING_TO_CORRECT)
    landed = take_in(connection, report, lambda: read_tables(file, contract, contract.title_zh))
    if landed and landed.status == "landed":
        _mark_mended(connection, landed)
    return landed


def _mark_mended(connection: psycopg.Connection, landed: LandedDelivery) -> None:
    statement = sql.SQL(query("mark_mended").decode()).format(landing=sql.Identifier("landing", landed.feed))
    named = {"file_header": FILE_HEADER, "line_header": LINE_HEADER}
    connection.execute(statement, landed.__dict__ | named)
