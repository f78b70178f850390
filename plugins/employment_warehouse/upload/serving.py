"""The process `uploads`: waits for what clerks upload, and answers."""

from __future__ import annotations

import logging
import time
from importlib import import_module

import psycopg
from psycopg.rows import class_row

from employment_warehouse import settings
from employment_warehouse.database import connect
from employment_warehouse.errors import UserError
from employment_warehouse.identity import opener
from employment_warehouse.landing import IngestFailed
from employment_warehouse.landing.zone import LandingZone
from employment_warehouse.upload import folder
from employment_warehouse.upload.queries import query
from employment_warehouse.upload.reader import IngestInProgress, Upload, log_failure, read

log = logging.getLogger(__name__)

# It polls for uploads: any login could fill the queue of PostgreSQL's notifications.
INTERVAL_SECONDS = 0.5
PAUSE_SECONDS = 1.0
FAILURES = (IngestFailed, IngestInProgress, UserError, psycopg.Error, OSError)


def serve() -> None:
    """Read every upload as it arrives, until the process ends; wait for a database that does not answer.

    It is the one process with keys that always runs, so it also opens for the console what a case worker may see.
    """
    _warm_up()
    with folder.only_reader(), opener.listening(settings.current_home().uploads):
        while True:
            try:
                with connect("wh_loader") as connection:
                    _wait_and_read(connection)
            except psycopg.OperationalError as error:
                log.warning("the database is away: %s", type(error).__name__)
                time.sleep(PAUSE_SECONDS)


def _warm_up() -> None:
    """Import slow modules now, so that the first clerk does not wait for them."""
    import_module("great_expectations")
    LandingZone()


def _wait_and_read(connection: psycopg.Connection) -> None:
    connection.autocommit = True
    while True:
        read_waiting(connection)
        time.sleep(INTERVAL_SECONDS)


def read_waiting(connection: psycopg.Connection) -> None:
    """Read and answer all that waits, the oldest first; then delete what nothing waits for."""
    while upload := _claim(connection):
        try:
            read(upload)
        except FAILURES as failure:
            log_failure(upload, failure)
            time.sleep(PAUSE_SECONDS)
    folder.delete_others(name for (name,) in connection.execute(query("waiting_files")))
    connection.execute(query("delete_checks"))


def _claim(connection: psycopg.Connection) -> Upload | None:
    with connection.cursor(row_factory=class_row(Upload)) as cursor:
        return cursor.execute(query("claim")).fetchone()
