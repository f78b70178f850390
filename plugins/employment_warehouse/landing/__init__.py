"""Ingest of files: each delivery is stored in one transaction, together with its row in the ledger."""

from employment_warehouse.landing.correction import ingest_correction
from employment_warehouse.landing.delivery import ingest, ingest_part, withdraw_part
from employment_warehouse.landing.due_deliveries import campaign_frequency, expect_deliveries
from employment_warehouse.landing.erasing import ask_erasure, ask_erasure_by_key, erase_asked
from employment_warehouse.landing.expiring import delete_expired
from employment_warehouse.landing.intake import (
    IntakeFailed,
    confirm_intake,
    open_intake,
    record_failure,
    record_ingested,
    record_scan,
    record_withdrawn,
)
from employment_warehouse.landing.ledger import PAGES, Delivery, IncomingPart, IngestFailed
from employment_warehouse.landing.purging import purge
from employment_warehouse.landing.restoring import read_archived_file, restore_offered, withdraw_lost_corrections
from employment_warehouse.landing.return_form import FILE_HEADER, LINE_HEADER, REPEATED, file_of_date
from employment_warehouse.landing.scanning import Arrival, RemovedPart, rescan, scan
from employment_warehouse.landing.share import COUNTY_FILES, Share

__all__ = [
    "COUNTY_FILES",
    "FILE_HEADER",
    "LINE_HEADER",
    "PAGES",
    "REPEATED",
    "Arrival",
    "Delivery",
    "IncomingPart",
    "IngestFailed",
    "IntakeFailed",
    "RemovedPart",
    "Share",
    "ask_erasure",
    "ask_erasure_by_key",
    "campaign_frequency",
    "confirm_intake",
    "delete_expired",
    "erase_asked",
    "expect_deliveries",
    "file_of_date",
    "ingest",
    "ingest_correction",
    "ingest_part",
    "open_intake",
    "purge",
    "read_archived_file",
    "record_failure",
    "record_ingested",
    "record_scan",
    "record_withdrawn",
    "rescan",
    "restore_offered",
    "scan",
    "withdraw_lost_corrections",
    "withdraw_part",
]
