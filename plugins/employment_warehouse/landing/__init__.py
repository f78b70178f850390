"""Landing: what arrives is taken in, one delivery in one transaction, with the ledger that remembers it."""

from employment_warehouse.landing.arrivals import Arrival, TakenAway, arrivals, look
from employment_warehouse.landing.correction import NOTES_SHEET, REPEATED, land_correction
from employment_warehouse.landing.delivery import LandingFailed, land, restore, take_in, withdraw_part
from employment_warehouse.landing.expected import expect_deliveries
from employment_warehouse.landing.ledger import LandedDelivery, Report
from employment_warehouse.landing.purging import purge
from employment_warehouse.landing.withdrawing import FILE_HEADER, LINE_HEADER

__all__ = [
    "FILE_HEADER",
    "LINE_HEADER",
    "NOTES_SHEET",
    "REPEATED",
    "Arrival",
    "LandedDelivery",
    "LandingFailed",
    "Report",
    "TakenAway",
    "arrivals",
    "expect_deliveries",
    "land",
    "land_correction",
    "look",
    "purge",
    "restore",
    "take_in",
    "withdraw_part",
]
