"""What is due and what has arrived: found, ingested, and confirmed."""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING

from employment_warehouse.errors import UserError

if TYPE_CHECKING:
    from employment_warehouse.landing import Arrival, Delivery, RemovedPart, Share

log = logging.getLogger(__name__)


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
            ingest_change(changed, night_on)
        except (landing.IngestFailed, UserError) as failure:
            log.error("%s: %s", changed.label, failure)
            landing.record_failure(night_on, str(failure), changed.feed, changed.unit, changed.path)
            failures.append(failure)
    # Raised last: a file that cannot be ingested does not stop the others.
    _raise_together(failures)


def ingest_change(changed: Arrival | RemovedPart, night_on: date) -> list[Delivery]:
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


def confirm_intake(report_date: str) -> None:
    """Fail the night, after all else is done, if something that was found is not ingested."""
    from employment_warehouse import landing

    landing.confirm_intake(date.fromisoformat(report_date))
