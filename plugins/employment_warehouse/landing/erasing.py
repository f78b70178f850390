"""Erasure of a person: from the archive, landing, the vault and every publication (PIPL, articles 46 and 47).

An erasure is asked for (`ask_erasure`), and carried out at once or by the night (`erase_asked`). Each step may be run
again. What remains are marks, by which a row that names the person again is recognised (erased_persons.py).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import date
from functools import partial
from itertools import chain
from pathlib import PurePosixPath
from typing import NamedTuple
from uuid import UUID

import polars as pl
import psycopg

from employment_warehouse import identity, settings
from employment_warehouse.alert_kinds import alert_kinds
from employment_warehouse.contract import contract_of
from employment_warehouse.database import OWN_LOGIN, connect, describe
from employment_warehouse.errors import UserError
from employment_warehouse.identity import place, unseal
from employment_warehouse.landing import archive, erased_copies
from employment_warehouse.landing.erased_persons import ErasedPersons, marks_of
from employment_warehouse.landing.erased_words import Words
from employment_warehouse.landing.ledger import PAGES
from employment_warehouse.landing.queries import query
from employment_warehouse.landing.scanning import label
from employment_warehouse.landing.vault import rejected_place
from employment_warehouse.landing.zone import LandingZone

# Of a delivery: its number, unit and report date; and sheet and line of the rows that are the person's.
ErasedPlaces = tuple[tuple[int, str, date], list[tuple[str, int]]]
SEALED_COLUMN = "vault.erasure.sealed"


class ErasureRefused(UserError):
    """没有登记删除。 | No erasure was recorded."""

    code = "erasure_refused"
    exit_code = 1


def ask_erasure(id_number: str, reason: str) -> int:
    """Record that the person with this ID number is to be erased; the number of the erasure.

    Raises ErasureRefused if it is not an ID number, or the database refuses the reason; WrongDataKey.
    """
    number = identity.valid_id(id_number)
    if number is None:
        raise ErasureRefused("不是有效的身份证号 | not a valid ID number", expected="18 characters, on standard input")
    token = identity.tokens(pl.Series([number]), "person")[0]
    return _ask(UUID(bytes=token), identity.seal(number.encode(), place(SEALED_COLUMN, token)), reason)


def ask_erasure_by_key(person_key: UUID, reason: str) -> int:
    """Record that a person in the vault is to be erased, by token; the number of the erasure. Raises ErasureRefused."""
    return _ask(person_key, None, reason)


def _ask(person_key: UUID, sealed: bytes | None, reason: str) -> int:
    parameters = {
        "person": person_key,
        "mark": marks_of(pl.Series([person_key.bytes]))[0],
        "sealed": sealed,
        "version": settings.secret_keys().version,
        "reason": reason,
    }
    try:
        with connect(OWN_LOGIN) as connection:
            row = connection.execute(query("ask_erasure"), parameters).fetchone()
    except psycopg.Error as error:
        raise ErasureRefused(database=describe(error), todo="give a reason that quotes no personal number") from None
    assert row is not None
    return int(row[0])


class Erasures(NamedTuple):
    """What was carried out. touched: (unit, report date) of the deliveries that lost rejected rows; left: what somebody
    has to do in the landing zone, in words: its files that still have a person, and those that could not be looked at.
    """

    touched: list[tuple[str, date]]
    left: list[str]


def erase_asked() -> Erasures:
    """Carry out every erasure that was asked for. Raises UserError while a night is being built."""
    touched: set[tuple[str, date]] = set()
    left: set[str] = set()
    with connect("wh_loader") as turn, connect("wh_loader") as connection:
        turn.execute("select pg_advisory_xact_lock(hashtext('vault.erasure'))")  # one after another
        connection.execute("select pg_advisory_xact_lock(hashtext('vault.mark'))")  # no ingest runs that knows fewer
        asked = [ErasureRequest(*row) for row in connection.execute("select * from vault.to_erase()").fetchall()]
        _settle_files(connection, asked)
        for at, erasure in enumerate(asked, 1):
            touched |= _erase(connection, erasure)
            replaced = archive.prepared_by(erasure.name)
            _settle_files(connection, asked[at:])
            left.update(_alert_in_zone(connection, replaced))
    return Erasures(sorted(touched), sorted(left))


def _settle_files(connection: psycopg.Connection, asked: list[ErasureRequest]) -> None:
    """Replace the archived files of the erasures that the database has done; these are not done yet.

    The file follows the ledger: an erasure that is refused or killed before it is committed changes no file, and after
    that the next call finds what is left to do.
    """
    open_ones = {erasure.name for erasure in asked}
    marks = {mark.hex() for mark in ErasedPersons.read(connection).marks}
    connection.commit()
    archive.settle(lambda name: name not in open_ones and name.partition("-")[2] in marks)


class ArchivedDelivery(NamedTuple):
    """A delivery whose file is in the archive."""

    delivery_id: int
    feed: str
    unit: str
    report_date: date
    kind: str
    status: str
    path: str | None


class ErasureRequest(NamedTuple):
    """A row of vault.to_erase: an erasure, what is sealed of its person (by county), and the person's accounts."""

    erasure: int
    person_key: UUID
    sealed: bytes | None
    sealed_persons: list[bytes]
    accounts: list[UUID]
    sealed_accounts: list[bytes | None]

    @property
    def name(self) -> str:
        """Its number, and the mark: in a restored or rebuilt warehouse the number may be another erasure's."""
        [mark] = marks_of(pl.Series([self.person_key.bytes]))
        return f"{self.erasure}-{mark.hex()}"


def _erase(connection: psycopg.Connection, asked: ErasureRequest) -> set[tuple[str, date]]:
    """(unit, report date) of the deliveries that lost rows."""
    words = _words(asked)
    places: dict[tuple[int, str, date], set[tuple[str, int]]] = {}
    for delivery, found in chain(_in_files(connection, asked.name, words), _rejected_with(connection, words)):
        places.setdefault(delivery, set()).update(found)
    connection.commit()  # the erasure is dated by what follows: nights may have passed during the search
    try:
        for (delivery_id, _, _), rows in places.items():
            sheets, lines = [sheet for sheet, _ in rows], [line for _, line in rows]
            connection.execute("select vault.erase_places(%s, %s, %s)", [delivery_id, sheets, lines])
        marks = marks_of(pl.Series([account.bytes for account in asked.accounts], dtype=pl.Binary)).to_list()
        parameters = [asked.erasure, asked.accounts, marks]
        connection.execute("select vault.complete_erasure(%s, %s::uuid [], %s::bytea [])", parameters)
        connection.commit()
    except psycopg.Error as error:
        connection.rollback()
        raise ErasureRefused(
            f"第 {asked.erasure} 号删除未完成 | erasure {asked.erasure} is not complete",
            database=describe(error),
            todo="the night that is being built carries it out after it is published",
        ) from None
    return {(unit, report_date) for _, unit, report_date in places}


def _alert_in_zone(connection: psycopg.Connection, replaced: Collection[bytes]) -> list[str]:
    """Alert what is left to do in the landing zone, of the files that had the person; the same in words.

    The person is erased by now: what cannot be looked at is named, and fails nothing.
    """
    archived = _archived(connection) if replaced else {}
    named = {(sha256, one.path) for sha256 in replaced for one in archived.get(sha256, []) if one.path}
    left = sorted(set(_left_in_zone(named))) if named else []
    if left:
        kind = alert_kinds()["erased_in_zone"]
        words = {"title": str(kind.title()), "body": "\n".join(left)}
        connection.execute(query("alert_erased_in_zone"), kind.__dict__ | words)
        connection.commit()
    return left


def _left_in_zone(named: Collection[tuple[bytes, str]]) -> Iterator[str]:
    """The files that are there are their senders', and most deployments can only read them."""
    try:
        zone = LandingZone()
    except Exception as error:  # whatever the storage raises, here and below
        yield from (_not_looked_at(path, error) for _, path in named)
        return
    for sha256, path in named:
        try:
            with zone.local(path) as file:
                is_left = archive.sha256_of(file) == sha256
        except (FileNotFoundError, NotADirectoryError):
            continue
        except Exception as error:
            yield _not_looked_at(path, error)
            continue
        if is_left:
            yield str(alert_kinds()["erased_in_zone"].line("file", path=label(path)))


def _not_looked_at(path: str, error: Exception) -> str:
    """Without the error's own text, which may quote names."""
    why = (isinstance(error, OSError) and error.strerror) or type(error).__name__
    return str(alert_kinds()["erased_in_zone"].line("unread", path=label(path), why=why))


def _words(asked: ErasureRequest) -> Words:
    own, mobiles = [], []
    if asked.sealed is not None:
        own.append(unseal(bytes(asked.sealed), place(SEALED_COLUMN, asked.person_key)).decode())
    for sealed in asked.sealed_persons:
        known = json.loads(unseal(bytes(sealed), place("vault.person.sealed", asked.person_key)))
        own.append(known["id_number"])
        mobiles.append(known.get("mobile"))
    for account, of_account in zip(asked.accounts, asked.sealed_accounts, strict=True):
        if of_account is not None:
            own.append(
                json.loads(unseal(bytes(of_account), place("vault.bank_account.sealed", account)))["bank_account"]
            )
    return Words(list(dict.fromkeys(own)), [mobile for mobile in dict.fromkeys(mobiles) if mobile])


def _rejected_with(connection: psycopg.Connection, words: Words) -> Iterator[ErasedPlaces]:
    """The places of rejected rows that are the person's; some are in no file of the archive any more."""
    for delivery_id, feed, unit, report_date, sheet, line, column, sealed in connection.execute(
        query("all_rejected")
    ).fetchall():
        received = unseal(bytes(sealed), rejected_place(delivery_id, sheet, line, column)).decode()
        if words.name_rejected(json.loads(received)["row"], received, contract_of(feed)):
            yield (delivery_id, unit, report_date), [(sheet, line)]


def _archived(connection: psycopg.Connection) -> dict[bytes, list[ArchivedDelivery]]:
    """By the SHA-256 of their file."""
    archived: dict[bytes, list[ArchivedDelivery]] = {}
    for sha256, *delivery in connection.execute(query("archived_deliveries")).fetchall():
        archived.setdefault(bytes(sha256), []).append(ArchivedDelivery(*delivery))
    return archived


def _in_files(connection: psycopg.Connection, erasure: str, words: Words) -> Iterator[ErasedPlaces]:
    """Prepare copies of the archived files that name the person; each delivery of them, with the places of the rows
    that the copy lacks.
    """
    archived = _archived(connection)
    for sha256, deliveries in archived.items():
        if not archive.has(sha256):
            continue
        read = [one for one in deliveries if one.status != "refused"]
        name = PurePosixPath(deliveries[0].path or PAGES).name
        with archive.open_stored(sha256, name) as file:
            prepare = partial(archive.prepare, sha256, erasure)
            removed = erased_copies.without_rows(file, _feeds_of(connection, read), words, prepare)
        for one in read:
            if places := removed.get((one.feed, one.kind)):
                yield (one.delivery_id, one.unit, one.report_date), places
    _prepare_strays(archived, erasure, words)


def _prepare_strays(named: Collection[bytes], erasure: str, words: Words) -> None:
    """Prepare copies of archived files that name the person and that no delivery refers to: nothing of them was
    ingested, and nobody has deleted them yet.
    """
    for sha256 in archive.strays(named):
        with archive.open_stored(sha256, "stray") as file:
            erased_copies.without_rows(file, {}, words, partial(archive.prepare, sha256, erasure))


def _feeds_of(connection: psycopg.Connection, deliveries: list[ArchivedDelivery]) -> erased_copies.Feeds:
    by_feed: dict[tuple[str, str], list[int]] = {}
    for one in deliveries:
        by_feed.setdefault((one.feed, one.kind), []).append(one.delivery_id)
    return {
        (feed, kind): erased_copies.SentRows(
            contract_of(feed),
            frozenset(connection.execute(query("rejected_places"), {"deliveries": numbers}).fetchall()),
        )
        for (feed, kind), numbers in by_feed.items()
    }
