"""The files in `<home>/returns/`: one for each county and report date that has something to correct."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

from employment_warehouse import settings
from employment_warehouse.database import connect, setting
from employment_warehouse.returns.queries import query
from employment_warehouse.returns.rejected import county_feeds, rows_to_return
from employment_warehouse.returns.workbook import workbook

ROLE = "wh_returner"


def write_workbooks(report_date: date) -> list[Path]:
    """Write `<home>/returns/<report_date>/<county_code>.xlsx` for each county that has something to correct.

    Returns the paths. Each file is replaced, mode 0600; that of a county with nothing left to correct is deleted.
    """
    with connect(ROLE) as connection:
        parameters = {"report_date": report_date, "feeds": county_feeds()}
        counties = [county for (county,) in connection.execute(query("units"), parameters).fetchall()]
    written = [path for county in counties if (path := write_workbook(report_date, county))]
    for stale in set(_folder(report_date).glob("*.xlsx")) - set(written):
        stale.unlink()
    return written


def write_workbook(report_date: date, county: str) -> Path | None:
    """Write the return workbook of one county; its path. None, and no file, if the county has nothing to correct."""
    path = path_of(report_date, county)
    with connect(ROLE) as connection:
        content = rows_to_return(connection, county, report_date)
    if not (content.rows or content.files):
        path.unlink(missing_ok=True)
        return None
    path.parent.mkdir(mode=0o700, exist_ok=True)
    settings.write_whole(path, workbook(content))
    return path


def path_of(report_date: date, county: str) -> Path:
    """Where the return workbook of a county and date is, if there is one."""
    return _folder(report_date) / f"{county}.xlsx"


def _folder(report_date: date) -> Path:
    return settings.current_home().returns / report_date.isoformat()


def report_dates(report_date: date) -> list[date]:
    """The dates whose workbooks a night writes: the report date, and those of late files, corrections and rollbacks."""
    with connect(ROLE) as connection:
        return [day for (day,) in connection.execute(query("report_dates"), {"report_date": report_date})]


def delete_expired(on_date: date) -> int:
    """Delete the workbooks that are older than the setting `retention_returns_days`; of how many dates."""
    with connect(ROLE) as connection:
        days = setting(connection, "retention_returns_days", on_date)
    if days is None:
        return 0
    kept_from = on_date - timedelta(days=int(days))
    folders = settings.current_home().returns.glob("????-??-??")
    expired = [folder for folder in folders if date.fromisoformat(folder.name) < kept_from]
    for folder in expired:
        shutil.rmtree(folder)
    return len(expired)
