"""The files in `<home>/returns/`: one a county and report date, for as long as it has something to mend."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from employment_warehouse import settings
from employment_warehouse.database import connect
from employment_warehouse.returns.queries import query
from employment_warehouse.returns.rejected import county_feeds, returned
from employment_warehouse.returns.workbook import workbook

ROLE = "wh_returner"


def write_workbooks(report_date: date) -> list[Path]:
    """Write `<home>/returns/<report_date>/<county_code>.xlsx` for each county with something to mend; those paths.

    Written anew each time, mode 0600; the file of a county that has nothing more to mend goes.
    """
    folder = settings.current_home().returns / report_date.isoformat()
    folder.mkdir(mode=0o700, exist_ok=True)
    written = []
    with connect(ROLE) as connection:
        given = {"report_date": report_date, "feeds": county_feeds()}
        for (county,) in connection.execute(query("units"), given).fetchall():
            found = returned(connection, county, report_date)
            if found.rows or found.files:
                path = folder / f"{county}.xlsx"
                _write_whole(path, workbook(found))
                written.append(path)
    for stale in set(folder.glob("*.xlsx")) - set(written):
        stale.unlink()
    return written


def report_dates(report_date: date) -> list[date]:
    """The dates whose workbooks a night writes: its own, and those of late files and corrections of the last day."""
    with connect(ROLE) as connection:
        return [day for (day,) in connection.execute(query("report_dates"), {"report_date": report_date})]


def _write_whole(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)
