"""Landing: what arrives is taken in, one delivery in one transaction, with the ledger that remembers it."""

from employment_warehouse.landing.arrivals import Arrival, RemovedPart, arrivals, scan
from employment_warehouse.landing.correction import NOTES_SHEET, REPEATED, land_correction
from employment_warehouse.landing.delivery import LandingFailed, ingest_report, land, restore, withdraw_part
from employment_warehouse.landing.expected import expect_deliveries
from employment_warehouse.landing.ledger import Delivery, Report
from employment_warehouse.landing.purging import purge
from employment_warehouse.landing.withdrawing import FILE_HEADER, LINE_HEADER

__all__ = [
    "FILE_HEADER",
    "LINE_HEADER",
    "NOTES_SHEET",
    "REPEATED",
    "Arrival",
    "Delivery",
    "LandingFailed",
    "RemovedPart",
    "Report",
    "arrivals",
    "expect_deliveries",
    "ingest_report",
    "land",
    "land_correction",
    "purge",
    "restore",
    "scan",
    "withdraw_part",
]
