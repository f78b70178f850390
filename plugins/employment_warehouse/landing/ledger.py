"""The ledger of deliveries (ops.arrival, ops.delivery). Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

import psycopg
from psycopg.types.json import Jsonb

from employment_warehouse import identity, settings
from employment_warehouse.contract import Contract, contract
from employment_warehouse.errors import UserError
from employment_warehouse.landing.arrivals import Arrival
from employment_warehouse.landing.queries import query


class Superseded(Exception):
    """Another loader has claimed the file since, or has taken it in."""


class WrongTokenKey(UserError):
    """代号密钥与本库不符，未入库。 | Not the token key of this warehouse: nothing was taken in."""

    code = "wrong_token_key"


@dataclass(frozen=True)
class Report:
    """What a unit has sent, before it is read: which delivery it is, and the SHA-256 of its bytes.

    kind: `file`, `nil`, `pages` or `correction`. path: where it came from, for people.
    """

    feed: str
    unit: str
    report_date: date
    part: str
    kind: str
    sha256: bytes
    path: str | None
    file_bytes: int
    arrived_at: datetime


@dataclass(frozen=True)
class Delivery:
    """A revision of a delivery. status: `landed`, or `refused` with a reason and no rows."""

    delivery_id: int
    feed: str
    unit: str
    report_date: date
    part: str
    revision: int
    kind: str = "file"
    status: str = "landed"
    reason: str | None = None
    rows_read: int = 0
    rows_landed: int = 0
    rows_rejected: int = 0

    @property
    def contract(self) -> Contract:
        return contract(self.feed)

    @property
    def sheet(self) -> str | None:
        """The sheet to read; None: whichever fits. A return workbook has one for each feed."""
        return self.contract.title_zh if self.kind == "correction" else None


@dataclass
class Counts:
    """What was read of a report, and what became of it."""

    rows_read: int = 0
    rows_landed: int = 0
    rows_rejected: int = 0
    extra_columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)  # in the workbook's order


def hold_token_key(connection: psycopg.Connection) -> None:
    """The first key that lands anything is the warehouse's. Raises WrongTokenKey for any other, by which everyone
    would be somebody else.
    """
    check_value = identity.check_value()
    connection.execute(query("remember_token_key"), {"check_value": check_value})
    kept = connection.execute("select check_value from vault.token_key").fetchone()
    if kept is None or bytes(kept[0]) != check_value:
        raise WrongTokenKey(
            expected="WAREHOUSE_TOKEN_KEY, or token_key of secrets/keys.json, as it was",
            todo="restore the key from its backup",
        )


def claim(connection: psycopg.Connection, arrival: Arrival) -> int:
    """The epoch of our claim: of several loaders the last that claims may take the file in, and no other.

    Raises Superseded if it has been taken in.
    """
    row = connection.execute(query("claim"), arrival.__dict__).fetchone()
    if row is None:
        raise Superseded
    return int(row[0])


def require_claim(connection: psycopg.Connection, arrival: Arrival, epoch: int) -> None:
    """Raises Superseded if the claim is no longer ours."""
    if connection.execute(query("require_claim"), {"path": arrival.path, "epoch": epoch}).fetchone() is None:
        raise Superseded


def complete_claim(connection: psycopg.Connection, arrival: Arrival, epoch: int, landed: list[Delivery]) -> None:
    """The file is taken in. Raises Superseded if the claim is no longer ours; then nothing may be committed."""
    delivery_id = landed[0].delivery_id if landed else None
    given = {"path": arrival.path, "epoch": epoch, "delivery_id": delivery_id}
    if connection.execute(query("complete_claim"), given).rowcount != 1:
        raise Superseded


def lock_delivery(connection: psycopg.Connection, report: Report) -> None:
    """One loader at a time on a delivery, until the end of the transaction."""
    connection.execute(query("lock_delivery"), report.__dict__)


def next_revision(connection: psycopg.Connection, report: Report) -> int | None:
    """The number of the revision that the report is; None: it has the bytes of the latest one."""
    latest = connection.execute(query("latest_revision"), report.__dict__).fetchone()
    if latest is None:
        return 1
    return None if bytes(latest[1]) == report.sha256 else int(latest[0]) + 1


def open_delivery(
    connection: psycopg.Connection, report: Report, revision: int, refusal: str | None = None
) -> Delivery:
    """Write a revision down, with no rows yet. refusal: the code of why its file cannot be read."""
    given = report.__dict__ | {
        "revision": revision,
        "key_version": settings.secret_keys().version,
        "status": "refused" if refusal else "landed",
        "reason": refusal,
    }
    row = connection.execute(query("open_delivery"), given).fetchone()
    assert row is not None
    return Delivery(
        delivery_id=row[0],
        feed=report.feed,
        unit=report.unit,
        report_date=report.report_date,
        part=report.part,
        revision=revision,
        kind=report.kind,
        status=given["status"],
        reason=refusal,
    )


def count_delivery(connection: psycopg.Connection, delivery: Delivery, counts: Counts) -> Delivery:
    """Write down what became of its rows; the table's constraint holds read = landed + rejected."""
    given = counts.__dict__ | {
        "delivery_id": delivery.delivery_id,
        "understood": Jsonb({"notes": counts.notes, "sheets": counts.sheets}),
    }
    connection.execute(query("count_delivery"), given)
    return replace(
        delivery,
        rows_read=counts.rows_read,
        rows_landed=counts.rows_landed,
        rows_rejected=counts.rows_rejected,
    )
