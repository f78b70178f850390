"""The users of a warehouse: logins of its database, one for each person. What is done here is an act (`ops.act`)."""

from __future__ import annotations

import secrets

from employment_warehouse.database import OWN_LOGIN, connect, refusals
from employment_warehouse.database.program_logins import verifier
from employment_warehouse.errors import UserError

SHORTEST_PASSWORD = 12  # no setting: the database, which sees verifiers only, could not hold anybody to it


def add(name: str, role: str, county: str | None, password: str = "") -> str:
    """Make a login for one person, whose role is one of USER_ROLES; its password, a new one if none is given.

    Raises DatabaseRefusal, UserError (`password_short`).
    """
    chosen = password or secrets.token_urlsafe(15)
    _assert_long(chosen)
    with refusals(), connect(OWN_LOGIN) as connection:
        parameters = (name, role, county, verifier(connection, name, chosen))
        connection.execute("select ops.add_user(%s, %s, %s, %s)", parameters)
    return chosen


def set_password(name: str, password: str = "") -> str:
    """Give a user a new password, and return it. Users may change their own, an operator may change anybody's.

    Raises DatabaseRefusal.
    """
    chosen = password or secrets.token_urlsafe(15)
    _assert_long(chosen)
    with refusals(), connect(OWN_LOGIN) as connection:
        connection.execute("set transaction read write")
        connection.execute("select ops.set_password(%s, %s)", (name, verifier(connection, name, chosen)))
    return chosen


def disable(name: str) -> None:
    """Close a login for good and end its sessions. Raises DatabaseRefusal."""
    with refusals(), connect(OWN_LOGIN) as connection:
        connection.execute("select ops.disable_user(%s)", (name,))
        connection.commit()
        # A session that began while the first call was not yet committed.
        connection.execute("select ops.end_overlong_sessions()")


def _assert_long(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise UserError(
            "口令太短 | the password is too short",
            code="password_short",
            expected=f"{SHORTEST_PASSWORD} characters or more",
            todo="choose a longer one, or let the warehouse make one (without --ask)",
        )
