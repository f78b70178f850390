"""What somebody who has a login and knows PostgreSQL tries: each attempt of `attacks.yaml`, as that login."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import psycopg
import pytest
import yaml
from tests.kit.nights import Nights

from employment_warehouse.database import OWN_LOGIN, connect
from employment_warehouse.database.program_logins import LOGINS

pytestmark = pytest.mark.quick
ATTEMPTS = list(chain(*yaml.safe_load(Path(__file__).with_name("attacks.yaml").read_text("utf-8")).values()))
USERS = ["wh_analyst", "wh_auditor", "county_532528", "caseworker_532528", OWN_LOGIN]
# What PostgreSQL answers where the privilege is never checked.
OTHERWISE = (
    psycopg.errors.ObjectNotInPrerequisiteState,
    psycopg.errors.FeatureNotSupported,
    psycopg.errors.CantChangeRuntimeParam,
    psycopg.errors.WrongObjectType,
)


def succeeded(role: str) -> list[str]:
    """The attempts that were not refused, with what they gave or how else they ended."""
    found = []
    with connect(role) as connection:
        connection.autocommit = True
        connection.execute("set default_transaction_read_only = off")
        for attempt in ATTEMPTS:
            if role in attempt:  # a role may name itself
                continue
            try:
                for statement in attempt.replace("{database}", connection.info.dbname).split(" ;; "):
                    result = connection.execute(statement)
                found.append(f"{attempt}: {result.fetchmany(2) if result.description else 'done'}")
            except psycopg.errors.InsufficientPrivilege:
                continue
            except psycopg.Error as error:
                if not isinstance(error, OTHERWISE):
                    found.append(f"{attempt}: {type(error).__name__} {error}")
            finally:
                connection.rollback()
    return found


@pytest.mark.parametrize("role", [*USERS, *LOGINS])
def test_every_attempt_is_refused(nights: Nights, role: str) -> None:
    assert succeeded(role) == []
