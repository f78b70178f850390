"""The ledger of deliveries (ops.arrival, ops.delivery). Nothing here commits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

import psycopg
from psycopg.types.json import Jsonb

from employment_warehouse import identity, settings
from employment_warehouse.contract import Contract, contract_of
from employment_warehouse.errors import UserError
from employment_warehouse.landing.queries import query, query_of_rows
from employment_warehouse.landing.return_form import PLACE_HEADERS
from employment_warehouse.landing.scanning import Arrival
from employment_warehouse.reading import Refused


class Superseded(Exception):
    """Another loader has claimed the file since, or has ingested it."""


class IngestFailed(Exception):
    """入库失败，没有写入任何数据。 | Ingest failed; nothing was stored."""


class WrongTokenKey(UserError):
    """代号密钥与本库不符，未入库。 | This is not the token key of this warehouse: nothing was ingested."""

    code = "wrong_token_key"


PAGES = "pages.jsonl"  # what a reading of the platform is called in the archive


@dataclass(frozen=True)
class IncomingPart:
    """A part of a submission before it is read: which part it is, and the SHA-256 of its bytes.

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
    """One revision of a part. status: `landed`, or `refused` with a reason and without rows."""

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
        return contract_of(self.feed)


@dataclass
class Counts:
    """The rows of a part: read, landed and rejected, and how its file was understood."""

    rows_read: int = 0
    rows_landed: int = 0
    rows_rejected: int = 0
    extra_columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)  # in the workbook's order


def require_keys(connection: psycopg.Connection) -> None:
    """Require the keys of this warehouse: those with which it first ingested or was backed up. The data key of a new
    warehouse is made here, and nowhere else.

    Raises WrongTokenKey for another token key, which would give every person another token, and WrongDataKey for
    another data key or none (as where the archive is not mounted): what it seals could not be opened beside the rest.
    """
    check_value = identity.check_value()
    connection.execute(query("insert_token_key"), {"check_value": check_value})
    recorded = connection.execute("select check_value from vault.token_key").fetchone()
    if recorded is None or bytes(recorded[0]) != check_value:
        raise WrongTokenKey(
            expected="the former WAREHOUSE_TOKEN_KEY, or the former token_key of secrets/keys.json",
            todo="restore the key from its backup",
        )
    _require_data_key(connection)


def _require_data_key(connection: psycopg.Connection) -> None:
    at = identity.place("vault.data_key.sealed")
    sealed = connection.execute("select sealed from vault.data_key").fetchone()
    if sealed is not None:
        identity.require_opens(bytes(sealed[0]), at)
        return
    if connection.execute("select from ops.delivery limit 1").fetchone() is None:
        identity.make_data_key()
    connection.execute(query("insert_data_key"), {"sealed": identity.seal(b"", at)})


def claim(connection: psycopg.Connection, arrival: Arrival) -> int:
    """Claim a file and return the epoch of the claim: only the loader that claimed last may ingest it.

    Raises Superseded if the file has been ingested.
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
    """Record the file as ingested. Raises Superseded if the claim is no longer ours; then nothing may be committed."""
    delivery_id = landed[0].delivery_id if landed else None
    parameters = {"path": arrival.path, "epoch": epoch, "delivery_id": delivery_id}
    if connection.execute(query("complete_claim"), parameters).rowcount != 1:
        raise Superseded


def lock_part(connection: psycopg.Connection, part: IncomingPart) -> None:
    """One loader at a time works on a part, until the end of the transaction."""
    connection.execute(query("lock_part"), part.__dict__)


def next_revision(connection: psycopg.Connection, part: IncomingPart) -> int | None:
    """The revision number for this part; None if it has the same bytes as the latest revision."""
    latest = connection.execute(query("latest_revision"), part.__dict__).fetchone()
    if latest is None:
        return 1
    revision, is_the_same = latest
    return None if is_the_same else int(revision) + 1


def insert_delivery(
    connection: psycopg.Connection, part: IncomingPart, revision: int, refusal: Refused | None = None
) -> Delivery:
    """Insert a revision without rows. refusal: why its file cannot be read; the ledger keeps its code and detail."""
    parameters = part.__dict__ | {
        "revision": revision,
        "key_version": settings.secret_keys().version,
        "status": "refused" if refusal else "landed",
        "reason": refusal and refusal.code,
        "understood": Jsonb({"refusal": refusal.detail} if refusal and refusal.detail else {}),
    }
    row = connection.execute(query("insert_delivery"), parameters).fetchone()
    assert row is not None
    return Delivery(
        delivery_id=row[0],
        feed=part.feed,
        unit=part.unit,
        report_date=part.report_date,
        part=part.part,
        revision=revision,
        kind=part.kind,
        status=parameters["status"],
        reason=refusal.code if refusal else None,
    )


def record_counts(connection: psycopg.Connection, delivery: Delivery, counts: Counts) -> Delivery:
    """Record the row counts, which have to be read = landed + rejected (a constraint), the months of the rows, and
    what a correction corrects.
    """
    parameters = counts.__dict__ | {
        "delivery_id": delivery.delivery_id,
        "understood": Jsonb({"notes": counts.notes, "sheets": counts.sheets}),
    }
    connection.execute(query("record_counts"), parameters)
    record_months(connection, delivery)
    record_corrects(connection, delivery)
    return replace(
        delivery,
        rows_read=counts.rows_read,
        rows_landed=counts.rows_landed,
        rows_rejected=counts.rows_rejected,
    )


def record_months(connection: psycopg.Connection, delivery: Delivery) -> None:
    """Record the months of which the landed rows of a period feed speak; nothing of another feed."""
    if delivery.contract.kind == "period":
        parameters = {"delivery_id": delivery.delivery_id}
        connection.execute(query_of_rows("record_months", delivery.feed), parameters)


def record_corrects(connection: psycopg.Connection, delivery: Delivery) -> None:
    """Record the deliveries whose rows the landed rows of a correction name; nothing of another delivery."""
    if delivery.kind == "correction":
        parameters = PLACE_HEADERS | {"delivery_id": delivery.delivery_id}
        connection.execute(query_of_rows("record_corrects", delivery.feed), parameters)
