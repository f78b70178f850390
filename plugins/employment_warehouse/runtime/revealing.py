"""One person's identity, shown to a case worker of the person's county."""

from __future__ import annotations

from uuid import UUID

import psycopg

from employment_warehouse.database import OWN_LOGIN, connect, refusals
from employment_warehouse.errors import UserError
from employment_warehouse.identity import opener

REFUSALS = {
    "not_of_your_county": (
        "该人员未登记在您的县市 | the person is not registered in your county",
        "现行发布中登记在您的县市的人员 | a person of your county in the standing publication",
    ),
    "daily_limit": (
        "今天查看身份的人数已达上限，并已提醒 | you have reached today's limit; an alert was raised",
        "每天的人数上限是一项参数 | as many a day as the setting reveal_daily_limit",
    ),
    "recorded": (  # twice: the clock was set back between the two
        "本次查看已登记，但未能显示，请再试 | this reveal is on record, and nobody was shown; try again",
        "登记之后随即再次查询 | a second call soon after the record",
    ),
}


def reveal(person_key: UUID, purpose: str) -> dict[str, str]:
    """The identity of a person: `id_number`, and where they were reported `full_name` and `mobile`.

    Raises UserError: `not_of_your_county`, `daily_limit`; DatabaseRefusal.
    """
    return opener.open_identity(sealed_identity(person_key, purpose), person_key)


def sealed_identity(person_key: UUID, purpose: str) -> bytes:
    """The sealed identity of a person, which the opener (`identity.opener`) can open. The database returns it only
    after the record of who asked, and why, is committed.

    Raises UserError: `not_of_your_county`, `daily_limit`; DatabaseRefusal.
    """
    question = "select outcome, sealed from vault.reveal(%s, %s)"
    with refusals(), connect(OWN_LOGIN) as connection:
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        outcome, sealed = connection.execute(question, (person_key, purpose)).fetchone() or ("", b"")
        connection.commit()
        if outcome == "recorded":
            outcome, sealed = connection.execute(question, (person_key, purpose)).fetchone() or ("", b"")
    if outcome != "revealed":
        message, expected = REFUSALS[outcome]
        raise UserError(message, code=outcome, expected=expected, exit_code=1)
    return bytes(sealed)
