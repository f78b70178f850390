"""Publications: a night is begun, held, released or published. All of it is decided by functions in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg

from employment_warehouse.database import OWN_LOGIN, DatabaseRefusal, connect, refusals

# Names the place in PostgreSQL's log, once a publication is committed: a backup can be restored to it.
MARK = "select ops.mark_publication(%s)"


def start_build(report_date: date, run_id: str) -> int:
    """Begin (or go on with) the night of a date for one run; the number of its build.

    Deliveries dated up to then that no publication has accepted are offered to it. A build that another run
    left open is abandoned. Raises DatabaseRefusal if a later date is published already.
    """
    return int(_as_publisher("select ops.start_build(%s, %s)", report_date, run_id))


def start_scratch() -> int:
    """Begin (or continue) a build outside a night, for trying out models; its number.

    No delivery is offered to it, it is never published, and the next build replaces it. Raises DatabaseRefusal while a
    night is being built or is held.
    """
    return int(_as_publisher("select ops.start_scratch()"))


def publish(build: int) -> int:
    """Move the pointer to this build; the number of the publication, which is the build's. A second call changes
    nothing.

    Raises DatabaseRefusal without a certificate that is complete, fresh, clean and about these very rows, or if a later
    build has begun.
    """
    number = int(_as_publisher("select ops.publish(%s)", build))
    _as_publisher(MARK, number)
    return number


def publish_or_hold(build: int) -> int:
    """Publish; where the database refuses, hold the night with its reason and raise DatabaseRefusal."""
    try:
        return publish(build)
    except DatabaseRefusal as refusal:
        hold_night(build, refusal.message)
        raise


def newest_build() -> int:
    """Number of the newest build, whatever its outcome; 0: no night has begun yet."""
    return int(_as_publisher("select coalesce(max(build), 0) from ops.build"))


def build_of(run_id: str) -> int | None:
    """Number of the newest build that a run has begun; None: it has begun none."""
    build = _as_publisher("select max(build) from ops.build where run_id = %s", run_id)
    return None if build is None else int(build)


def first_scheduled_date() -> date | None:
    """The first report date of scheduled nights; None if no operator has begun them."""
    found: date | None = _as_publisher("select ops.first_scheduled_date()")
    return found


def hold_night(build: int, reason: str) -> None:
    """Keep this build from readers; they go on seeing the last publication."""
    _as_publisher("select ops.hold_night(%s, %s)", build, reason)


def end_overlong_sessions() -> int:
    """End the sessions of users whose transaction is older than the setting reader_transaction_minutes; how many."""
    return int(_as_publisher("select ops.end_overlong_sessions()"))


# --- acts: each is recorded in ops.act under the login of the person who decides, and refused without a reason --------


def release_night(build: int, reason: str) -> int:
    """Publish a build that gate 2 holds; the number of the publication."""
    number = int(_as_person("select ops.release_night(%s, %s)", build, reason))
    _as_person(MARK, number)
    return number


def release_delivery(delivery_id: int, reason: str) -> list[int]:
    """Let the next night use a held delivery and the parts held with it; their numbers.

    Neither gate holds them again. Raises DatabaseRefusal if the delivery does not exist, is not held, or a model cannot
    be computed with it.
    """
    return [int(number) for number in _as_person("select ops.release_delivery(%s, %s)", delivery_id, reason)]


def grant_waiver(check: str, unit: str, first: date, last: date, reason: str) -> None:
    """Let a check of a unit fail on these dates without holding anything."""
    _as_person("select ops.grant_waiver(%s, %s, %s, %s, %s)", check, unit, first, last, reason)


def waive_case(case: tuple[str, str, str], until: date, reason: str) -> date:
    """Waive an open case until a date; the report date from which it is waived.

    case: its kind, finding and key. It stays open and is counted apart. Raises DatabaseRefusal if no such case is open,
    or the date is not after the standing publication's.
    """
    found: date = _as_person("select ops.waive_case(%s, %s, %s, %s, %s)", *case, until, reason)
    return found


def roll_back(publication: int, withdrawn: Sequence[int], reason: str) -> int | None:
    """Take back a publication and every later one; the one that is shown from now on.

    withdrawn: the deliveries that caused it. They are never used again; everything else that those publications
    accepted or held is offered to the next night. None: nothing is published any more. Raises DatabaseRefusal for a
    publication that is not in force, or a delivery that none of them accepted.
    """
    shown = _as_person("select ops.roll_back(%s, %s::bigint[], %s)", publication, list(withdrawn), reason)
    return None if shown is None else int(shown)


def begin_nights(first_date: date) -> None:
    """Let scheduled nights run from this report date on; the latest decision is in force."""
    _as_person("select ops.begin_nights(%s)", first_date)


def close_month(month: date) -> int:
    """Make the standing publication final for a month; its number.

    Raises DatabaseRefusal if the month is closed already, has not ended, or its last day is not published.
    """
    return int(_as_person("select ops.close_month(%s)", month))


def decide_rule(finding: str, from_date: date, *, enabled: bool, legal_basis: str) -> None:
    """Switch a rule of the findings on or off from a report date, on a legal basis."""
    _as_person("select ops.decide_rule(%s, %s, %s, %s)", finding, from_date, enabled, legal_basis)


# --- what a connection sees -------------------------------------------------------------------------------------------


class Standing(NamedTuple):
    """The publication that is shown, and its report date."""

    publication: int
    report_date: date


def standing(connection: psycopg.Connection) -> Standing | None:
    """The standing publication; None: nothing is published."""
    row = connection.execute(
        "select publication, report_date from ops.publication where publication = ops.standing_publication()"
    ).fetchone()
    return None if row is None else Standing(*row)


def as_of(connection: psycopg.Connection, wanted: date) -> int:
    """Let this connection see the last publication for that date or before; its number."""
    return int(_value(connection, "select marts.as_of(%s)", wanted))


def pin(connection: psycopg.Connection, publication: int) -> date:
    """Let this connection see one publication; the report date that it stands for."""
    found: date = _value(connection, "select marts.pin(%s)", publication)
    return found


def _as_publisher(question: str, *values: object) -> Any:
    with connect("wh_publisher") as connection:
        return _value(connection, question, *values)


def _as_person(act: str, *values: object) -> Any:
    with connect(OWN_LOGIN) as connection:
        return _value(connection, act, *values)


def _value(connection: psycopg.Connection, question: str, *values: object) -> Any:
    with refusals():
        row = connection.execute(question, values).fetchone()
    return None if row is None else row[0]
