"""What a county has to mend: its rejected rows, unsealed, and its files that could not be read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

import psycopg

from employment_warehouse.contract import contracts
from employment_warehouse.identity import unseal
from employment_warehouse.landing import FILE_HEADER, LINE_HEADER
from employment_warehouse.returns.queries import query


def county_feeds() -> list[str]:
    """Feeds whose units are counties; projects and banks correct by sending their file again."""
    return [feed for feed, contract in contracts().items() if contract.unit == "county"]


@dataclass(frozen=True)
class RejectedRow:
    """A row that is to be mended.

    source, line: where it stood. cells: header text → text, as they came. faults: (column name, reason code), a
    broken cell each; column name '': the row as a whole.
    """

    source: str
    line: str
    cells: dict[str, str]
    faults: list[tuple[str, str]]

    @property
    def is_repeated(self) -> bool:
        """A later row of its key has landed; nothing is lost, and nothing need be done."""
        return any(reason == "duplicate_key" for _, reason in self.faults)


@dataclass(frozen=True)
class Returned:
    """What goes back to one county: rows by feed, and (feed, file, refusal code) of files."""

    county: str
    report_date: date
    rows: dict[str, list[RejectedRow]] = field(default_factory=dict)
    files: list[tuple[str, str, str]] = field(default_factory=list)


def returned(connection: psycopg.Connection, county: str, report_date: date) -> Returned:
    """All that a county has to mend of one date."""
    feeds = county_feeds()
    given = {"unit": county, "report_date": report_date, "feeds": feeds}
    entries = connection.execute(query("rejected"), given).fetchall()
    found = {feed: _open_rows(list(of_feed)) for feed, of_feed in groupby(entries, key=lambda entry: str(entry[0]))}
    return Returned(
        county,
        report_date,
        {feed: found[feed] for feed in feeds if found.get(feed)},
        connection.execute(query("refused"), given).fetchall(),
    )


def _open_rows(entries: list[tuple[str, bool, str, str, str, str, bytes]]) -> list[RejectedRow]:
    """One row for all its broken cells. A row that a correction tried to mend is as the correction has it."""
    rows: dict[tuple[str, str], RejectedRow] = {}
    for (is_correction, source, line), broken in groupby(entries, key=lambda entry: entry[1:4]):
        cells_broken = list(broken)
        cells: dict[str, str] = json.loads(unseal(bytes(cells_broken[0][6])))["row"]
        place = (source, line)
        if is_correction:
            told = (cells.pop(FILE_HEADER, ""), cells.pop(LINE_HEADER, ""))
            if all(told):
                place = told
                if place not in rows:  # mended by another correction, or replaced by a file
                    continue
        faults = [(str(entry[4]), str(entry[5])) for entry in cells_broken]
        rows[place] = RejectedRow(*place, cells, faults)
    return list(rows.values())
