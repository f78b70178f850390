"""Due deliveries: rows of ops.due, written before anything arrives, from the contracts' calendars."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
from psycopg import sql

from employment_warehouse.contract import PLATFORM, Contract, contracts, due
from employment_warehouse.contract.model import UNIT_COLUMNS
from employment_warehouse.database import connect, seed_tables, setting
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.restoring import read_archived_file, restore_if_possible
from employment_warehouse.settings import is_platform_set


def expect_deliveries(report_date: date) -> int:
    """Record which deliveries of that date are due, and when; returns how many are new, or have a new cause. Running it
    again adds nothing.

    Counties are those of the warehouse, projects those that are open by their latest submission. Each payment batch
    is due back from the bank, under the date on which it was sent. Of projects and batches it is recorded because of
    which deliveries they are due: without one that counts they are not (`ops.due_window`). The HR platform is due each
    night from the one on which it is connected: a prefecture without one waits for nothing. Raises IngestFailed.
    """
    with connect("wh_loader") as connection:
        seed_tables.keep_decided_holidays(connection)
        campaign = campaign_frequency(connection, report_date)
        return sum(_expect(connection, contract, report_date, campaign) for contract in contracts().values())


def expect_returns(connection: psycopg.Connection, report_date: date) -> int:
    """Record which bank returns are due for the landed payments, as `expect_deliveries`. Commits nothing."""
    feeds = [contract for contract in contracts().values() if contract.unit == "batch"]
    return sum(_expect_batches(connection, contract, report_date) for contract in feeds)


def campaign_frequency(connection: psycopg.Connection, report_date: date) -> str | None:
    """How often the registers are due, as `contract.due` takes it; None while no campaign runs."""
    return setting(connection, "campaign_frequency", report_date)


def _expect(connection: psycopg.Connection, contract: Contract, report_date: date, campaign: str | None) -> int:
    parameters = {"feed": contract.feed, "report_date": report_date}
    match contract.unit:
        case "county" | "project" as unit:
            due_at = due(contract, report_date, campaign)
            if due_at is None:
                return 0
            expect_units = _expect_counties if unit == "county" else _expect_projects
            return expect_units(connection, parameters | {"due_at": due_at})
        case "batch":
            return _expect_batches(connection, contract, report_date)
        case "platform":
            if not _is_platform_expected(connection):
                return 0
            parameters |= {"unit": PLATFORM, "due_at": due(contract, report_date, campaign)}
            return connection.execute(query("insert_due_unit"), parameters).rowcount
    return 0


def _expect_counties(connection: psycopg.Connection, parameters: dict[str, Any]) -> int:
    return connection.execute(query("insert_due_counties"), parameters).rowcount


def _expect_projects(connection: psycopg.Connection, parameters: dict[str, Any]) -> int:
    """The open projects. A purge may have deleted the rows of a project's latest submission, where a later one has been
    withdrawn since: they are restored, where the archive has their file.
    """
    named_by = connection.execute(query("latest_projects"), parameters).fetchall()
    for delivery_id, _, is_purged in named_by:
        if is_purged:
            restore_if_possible(connection, delivery_id, read_archived_file)
    latest = [delivery_id for delivery_id, is_latest, _ in named_by if is_latest]
    in_force = [delivery_id for delivery_id, is_latest, _ in named_by if not is_latest]
    return connection.execute(
        query("insert_due_projects"), parameters | {"latest": latest, "in_force": in_force}
    ).rowcount


def _is_platform_expected(connection: psycopg.Connection) -> bool:
    """Whether a platform is connected, or was ever read: one that was disconnected is missing."""
    if is_platform_set():
        return True
    row = connection.execute("select exists (select from ops.delivery where unit = %s)", [PLATFORM]).fetchone()
    return bool(row and row[0])


def _expect_batches(connection: psycopg.Connection, contract: Contract, report_date: date) -> int:
    due_batches = sql.SQL(query("due_batches").decode()).format(lines=_payments_in_batches())
    batches = connection.execute(due_batches, {"feed": contract.feed, "report_date": report_date}).fetchall()
    rows = [
        {
            "feed": contract.feed,
            "unit": batch,
            "report_date": sent_on,
            "due_at": due(contract, sent_on, campaign=None),
            "causes": causes,
        }
        for batch, sent_on, causes in batches
    ]
    return sum(connection.execute(query("insert_due_batch"), row).rowcount for row in rows)


def _payments_in_batches() -> sql.Composed:
    """The rows of every feed that names payment batches, with when they were sent and paid where the feed tells it."""
    dates = ("sent_on", "paid_on")
    paying = [
        (feed, {column.name for column in contract.columns})
        for feed, contract in contracts().items()
        if contract.unit != "batch"
    ]
    return sql.SQL(" union all ").join(
        sql.SQL("select delivery_id, batch_no, {} from {}").format(
            sql.SQL(", ").join(sql.SQL(f"{name if name in columns else 'null::date'} as {name}") for name in dates),
            sql.Identifier("landing", feed),
        )
        for feed, columns in paying
        if UNIT_COLUMNS["batch"] in columns
    )
