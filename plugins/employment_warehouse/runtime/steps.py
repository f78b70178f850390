"""What each task of a DAG does. A step may be run again at any time: the ledger records what is done."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from employment_warehouse.errors import UserError
from employment_warehouse.settings import TIMEZONE

if TYPE_CHECKING:
    from collections.abc import Collection

    from employment_warehouse.landing import Arrival, Delivery, RemovedPart, Share

log = logging.getLogger(__name__)


def choose_date(wanted: str | None, started: datetime) -> str:
    """The night's report date (ISO): the wanted one, else the day that ended or ends within twelve hours.

    '' if no date was wanted and scheduled nights begin later (`warehouse begin`): the run then does nothing.
    Raises UserError (`date_in_future`).
    """
    from employment_warehouse import publication
    from employment_warehouse.runtime import nights

    if wanted:
        chosen = date.fromisoformat(wanted)
        nights.assert_not_future(chosen, started.astimezone(TIMEZONE))
        return chosen.isoformat()
    chosen, first = _ended_date(started), publication.first_scheduled_date()
    if first is None or chosen < first:
        log.warning(
            "nothing to do for %s: scheduled nights begin on %s (`warehouse begin`)", chosen, first or "no date"
        )
        return ""
    return chosen.isoformat()


def expect_deliveries(report_date: str) -> None:
    """Record what is due and which sources are to be read, before any file is read."""
    from employment_warehouse import landing

    night_on = date.fromisoformat(report_date)
    landing.open_intake(night_on)
    log.info("due on %s: %s", report_date, landing.expect_deliveries(night_on))


def find_counties(report_date: str) -> list[str]:
    """The counties whose files in the landing zone were added or removed."""
    from employment_warehouse import landing

    share = landing.Share.of_sources(landing.COUNTY_FILES)
    return sorted({changed.unit for changed in _find_changes(share, report_date)})


def find_relief_feeds(report_date: str) -> list[str]:
    """The feeds of work relief whose files in the landing zone were added or removed."""
    from employment_warehouse import contract, landing

    share = landing.Share.of_sources(contract.RELIEF_SOURCES)
    return sorted({changed.feed for changed in _find_changes(share, report_date)})


def ingest_county(county: str, report_date: str) -> None:
    """Ingest all files of one county, oldest date first, and withdraw the parts whose files were removed."""
    from employment_warehouse import landing

    _ingest(landing.Share.of_unit(landing.COUNTY_FILES, county), date.fromisoformat(report_date))


def ingest_relief_feed(feed: str, report_date: str) -> None:
    """Ingest all files of one feed of work relief, as `ingest_county` does those of a county."""
    from employment_warehouse import landing

    _ingest(landing.Share.of_feed(feed), date.fromisoformat(report_date))


def _find_changes(share: Share, report_date: str) -> list[Arrival | RemovedPart]:
    """What is to be ingested or withdrawn of a share; the files are recorded as found."""
    from employment_warehouse import landing

    night_on = date.fromisoformat(report_date)
    found = landing.scan(share, night_on)
    landing.record_scan(night_on, share, found)
    return found.changes


def _ingest(share: Share, night_on: date) -> None:
    from employment_warehouse import landing

    failures: list[Exception] = []
    found = landing.rescan(share, night_on)
    landing.record_scan(night_on, share, found)
    for changed in found.changes:
        try:
            take_in(changed, night_on)
        except (landing.IngestFailed, UserError) as failure:
            log.error("%s: %s", changed.label, failure)
            landing.record_failure(night_on, str(failure), changed.feed, changed.unit, changed.path)
            failures.append(failure)
    # Raised last: a file that cannot be ingested does not stop the others.
    _raise_together(failures)


def take_in(changed: Arrival | RemovedPart, night_on: date) -> list[Delivery]:
    """Ingest a file, or withdraw the part of one that was removed; the new deliveries."""
    from employment_warehouse import landing

    if isinstance(changed, landing.RemovedPart):
        is_withdrawn = landing.withdraw_part(changed)
        landing.record_withdrawn(changed)
        log.info("%s: %s", changed.label, "withdrawn" if is_withdrawn else "not withdrawn")
        return []
    ingest_arrival = landing.ingest_correction if changed.kind == "correction" else landing.ingest
    ingested = ingest_arrival(changed)
    deliveries = ingested if isinstance(ingested, list) else [ingested] if ingested else []
    landing.record_ingested(night_on, changed.feed, changed.unit, changed.path)
    log.info("%s: %s", changed.label, _delivery_line(deliveries))
    return deliveries


def _delivery_line(deliveries: list[Delivery]) -> str:
    """Deliveries by their numbers: units and parts are named by whoever sends them."""
    return (
        "; ".join(
            f"delivery {one.delivery_id} {one.reason or one.status}: {one.rows_read} rows read,"
            f" {one.rows_landed} landed, {one.rows_rejected} rejected"
            for one in deliveries
        )
        or "nothing new"
    )


def _raise_together(failures: list[Exception]) -> None:
    """Raise one error for all of them: one that Airflow retries if a retry may help with one of them."""
    from employment_warehouse import landing

    retried = [failure for failure in failures if not isinstance(failure, UserError)]
    if retried:
        raise landing.IngestFailed(f"{len(failures)} files were not ingested: {retried[0]}")
    if failures:
        raise failures[0]


def ingest_resource(resource: str, report_date: str) -> None:
    """Ingest one resource of the HR platform; a platform that is not configured is missing."""
    from employment_warehouse import contract, hr_platform, landing

    night_on, feed = date.fromisoformat(report_date), contract.platform_feeds()[resource]
    try:
        delivery = hr_platform.ingest_resource(resource, night_on)
        log.info("%s: %s", resource, _delivery_line([delivery] if delivery else []))
    except (landing.IngestFailed, UserError) as failure:
        landing.record_failure(night_on, str(failure), feed)
        raise
    landing.record_ingested(night_on, feed)


def start_build(report_date: str, run_id: str) -> int:
    """Start the night's build with the list of checks that it must pass, and restore what a rollback offers again; its
    number."""
    from employment_warehouse import gate, hr_platform, landing, publication

    publication.end_overlong_sessions()
    build = publication.start_build(date.fromisoformat(report_date), run_id)
    gate.expect_checks(build)
    landing.restore_offered(build, hr_platform.read_archived)
    return build


def gate_deliveries(build: int) -> None:
    """Gate 1, and the check that everything that was found is ingested."""
    from employment_warehouse import gate

    found = gate.gate_deliveries(build)
    gate.check_intake(build)
    if found.outcomes:
        gate.write_data_docs(build, 1, found.outcomes)
    log.info("gate 1: %d deliveries accepted, %d held", len(found.accepted), len(found.held))


def build_layer(layer: str, build: int) -> None:
    """One layer of dbt: `core` or `mart`, without what a few units have sent and models cannot be computed with."""
    from employment_warehouse.runtime import layers

    built = layers.build_layer(layer, build)
    log.info("%s: %d models, %d tests", layer, built.models, built.tests)


def gate_marts(build: int) -> bool:
    """Gate 2; whether it held deliveries, so that the night is built once more without them."""
    from employment_warehouse import gate

    found = gate.gate_marts(build)
    gate.write_data_docs(build, 2, found.outcomes)
    log.info(
        "gate 2: %d of %d checks run, %d critical failed, %d deliveries held",
        found.checks_run,
        found.checks_expected,
        found.critical_failed,
        len(found.held),
    )
    return bool(found.held)


def rebuild_without_held(build: int) -> None:
    """Build and check again until gate 2 holds no further delivery."""
    from employment_warehouse import gate

    rebuild = gate.rebuild_needed(build)
    while rebuild:
        gate.void_certificate(build)
        build_layer("core", build)
        build_layer("mart", build)
        rebuild = gate_marts(build)


def publish_night(build: int) -> None:
    """Publish, or hold the night; then nothing changes for readers."""
    from employment_warehouse import publication

    publication.end_overlong_sessions()
    publication.publish_or_hold(build)


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
    log.info("files of runs of dbt deleted: %d", transform.delete_old_runs())
    erase_persons()


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

    if shown := publication.chain_head():
        paths = report.WRITERS[product](shown)
        log.info("%d files: %s", len(paths), paths[0])
        log.info("%d messages sent", report.send_report(product, shown, paths))


def confirm_intake(report_date: str) -> None:
    """Fail the night, after all else is done, if something that was found is not ingested."""
    from employment_warehouse import landing

    landing.confirm_intake(date.fromisoformat(report_date))


def write_returns(report_date: str) -> None:
    """Return workbooks of the night's date, and of earlier dates that changed since."""
    from employment_warehouse import returns

    for day in returns.report_dates(date.fromisoformat(report_date)):
        log.info("%s: %d return workbooks", day, len(returns.write_workbooks(day)))


def deliver_alerts(report_date: str | None, build_run: str) -> None:
    """Raise and send the alerts of a night, however it ended. build_run: the run of the DAG that builds it.

    Raises AlertsNotDelivered if a channel did not accept a digest; the retry sends to that channel alone.
    """
    from employment_warehouse import alert, publication

    if not report_date:
        # No date was chosen: the task failed, or scheduled nights have not begun, which is not a failure.
        first = publication.first_scheduled_date()
        if first is None or _ended_date(datetime.now(TIMEZONE)) < first:
            return
    build = publication.build_of(build_run)
    if build is None:
        alert.raise_night_not_started(report_date)
    else:
        alert.raise_night_alerts(build)
    digests = alert.deliver_alerts(publication.newest_build())
    if digests.failed:
        raise alert.AlertsNotDelivered(f"{digests.failed} digests")


def _ended_date(moment: datetime) -> date:
    """The day that ended, or ends within twelve hours."""
    return (moment.astimezone(TIMEZONE) - timedelta(hours=12)).date()
