"""What follows a publication: its record, the purge with erasures, reports and return workbooks."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

log = logging.getLogger(__name__)


def record_history() -> None:
    """Keep in the archive what decided each publication, those that were released by hand among them."""
    from employment_warehouse.runtime import history

    log.info("publications recorded: %s", history.record() or "none")


def purge_landing() -> None:
    """Delete landed rows that the publication has replaced (the archive keeps their files) and what was kept for long
    enough, and erase the persons whose erasure was asked for.
    """
    from employment_warehouse import landing, returns, transform

    log.info("rows purged: %d", landing.purge())
    deleted = landing.delete_expired()
    if deleted is not None:
        log.info(
            "kept for long enough: %d files, %d rejected cells, %d identities; return workbooks of %d dates",
            *deleted[1:],
            returns.delete_expired(deleted.on_date),
        )
    erase_persons()
    log.info("files of runs of dbt deleted: %d", transform.delete_old_runs())  # last: it stops no erasure


def erase_persons() -> None:
    """Carry out the erasures that were asked for, with all that follows from them."""
    from employment_warehouse import landing

    forget_erased(landing.erase_asked().touched)


def forget_erased(touched: Collection[tuple[str, date]]) -> None:
    """What follows from erasures: their marks go to the archive, so that a rebuilt warehouse does not ingest an erased
    person again, and the return workbooks and the dispatches that named the person are written without.

    touched: unit and report date of the deliveries that lost rows. One that fails does not stop the others; it is
    raised when they are done.
    """
    from employment_warehouse.runtime import forgetting, history

    with ExitStack() as then:  # the last is done first
        then.callback(forgetting.forget_in_dispatches)
        then.callback(_rewrite_workbooks, touched)
        history.record()


def _rewrite_workbooks(touched: Collection[tuple[str, date]]) -> None:
    from employment_warehouse import returns

    for day in sorted({report_date for _, report_date in touched}):
        log.info("%s: %d return workbooks", day, len(returns.write_workbooks(day)))


def write_report(product: str) -> None:
    """`daily`, `weekly` or `monthly` of the standing publication; before the first one there is nothing to report.

    It is sent to its readers. Raises ReportsNotDelivered if a channel did not accept it; the retry sends to that alone.
    """
    from employment_warehouse import publication, report
    from employment_warehouse.database import connect

    with connect("wh_publisher") as connection:
        shown = publication.standing(connection)
    if shown:
        paths = report.WRITERS[product](shown.publication)
        log.info("%d files: %s", len(paths), paths[0])
        log.info("%d messages sent", report.send_report(product, shown.publication, paths))


def write_returns(report_date: str) -> None:
    """Return workbooks of the night's date, and of earlier dates that changed since."""
    from employment_warehouse import returns

    for day in returns.report_dates(date.fromisoformat(report_date)):
        log.info("%s: %d return workbooks", day, len(returns.write_workbooks(day)))
