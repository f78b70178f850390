"""What a county has to correct: its rejected rows, unsealed, and its files that could not be read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

import psycopg

from employment_warehouse.checking import DUPLICATE_KEY
from employment_warehouse.contract import contracts, file_reason
from employment_warehouse.identity import unseal
from employment_warehouse.landing import FILE_HEADER, LINE_HEADER, campaign_frequency
from employment_warehouse.landing.vault import rejected_place
from employment_warehouse.returns.queries import query
from employment_warehouse.settings import TIMEZONE

Entry = tuple[str, bool, str, str, str, str, bytes, int, str]  # a row of queries/rejected.sql


def county_feeds() -> list[str]:
    """Feeds whose units are counties; projects and banks correct by sending their file again."""
    return [feed for feed, contract in contracts().items() if contract.unit == "county"]


@dataclass(frozen=True)
class RejectedRow:
    """A row to correct.

    source, line: its file, without the date, and line. cells: header text → text, as they arrived. faults: (column
    name, rejection code), one for each wrong cell; column name '' stands for the row as a whole.
    """

    source: str
    line: str
    cells: dict[str, str]
    faults: list[tuple[str, str]]

    @property
    def is_repeated(self) -> bool:
        """A later row with the same key has landed: nothing is lost, and nothing has to be done."""
        return any(code == DUPLICATE_KEY for _, code in self.faults)


@dataclass(frozen=True)
class RefusedFile:
    """A file that could not be read. reason: in Chinese, with what to do."""

    feed: str
    source: str
    reason: str


@dataclass(frozen=True)
class ReturnedRows:
    """What goes back to one county: rejected rows by feed, and refused files. campaign: how often the registers are due
    now, or on the report date if that is later."""

    county: str
    report_date: date
    rows: dict[str, list[RejectedRow]]
    files: list[RefusedFile]
    campaign: str | None
    made_at: datetime


def rows_to_return(connection: psycopg.Connection, county: str, report_date: date) -> ReturnedRows:
    """Everything that a county has to correct for one date."""
    feeds = county_feeds()
    parameters = {"unit": county, "report_date": report_date, "feeds": feeds}
    entries = connection.execute(query("rejected"), parameters).fetchall()
    rows = {feed: _open_rows(list(of_feed)) for feed, of_feed in groupby(entries, key=lambda entry: str(entry[0]))}
    refused = connection.execute(query("refused"), parameters).fetchall()
    now = datetime.now(TIMEZONE)
    return ReturnedRows(
        county,
        report_date,
        {feed: rows[feed] for feed in feeds if rows.get(feed)},
        [RefusedFile(feed, source, file_reason(code, detail).zh) for feed, source, code, detail in refused],
        campaign_frequency(connection, max(report_date, now.date())),
        now,
    )


def _unsealed(entry: Entry) -> bytes:
    _, _, _, line, column, _, sealed, delivery_id, sheet = entry
    return unseal(bytes(sealed), rejected_place(delivery_id, sheet, int(line), column))


def _open_rows(entries: list[Entry]) -> list[RejectedRow]:
    """One row for all its wrong cells. A row that a correction failed to correct has the correction's values."""
    rows: dict[tuple[str, str], RejectedRow] = {}
    for (is_correction, source, line), of_row in groupby(entries, key=lambda entry: entry[1:4]):
        faulty = list(of_row)
        cells: dict[str, str] = json.loads(_unsealed(faulty[0]))["row"]
        place = (source, line)
        if is_correction:
            corrected = (cells.pop(FILE_HEADER, ""), cells.pop(LINE_HEADER, ""))
            if all(corrected):
                place = corrected
                if place not in rows:  # corrected by another correction, or replaced by a file
                    continue
        rows[place] = RejectedRow(*place, cells, [(str(entry[4]), str(entry[5])) for entry in faulty])
    return list(rows.values())
