"""One person is shown to a case worker of the person's county, on the record; and the key rotates meanwhile."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from threading import Thread
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from tests.kit import files
from tests.kit.files import DAY, ingest_all
from tests.kit.nights import Nights, insert, publish, start_build
from tests.kit.people import id_number

from employment_warehouse import settings
from employment_warehouse.database import OWN_LOGIN, connect
from employment_warehouse.errors import UserError
from employment_warehouse.identity import DATA_KEY, make_data_key, place, seal, unseal
from employment_warehouse.identity.sealing import WrongKey
from employment_warehouse.runtime import revealing, rotation

pytestmark = pytest.mark.quick
IDENTITY = {"id_number": "532528199001010009", "full_name": "某某"}


@pytest.fixture
def person(nights: Nights) -> UUID:
    """Somebody registered in 532528 by the standing publication, and sealed in the vault."""
    key = uuid4()
    build = start_build("2024-05-18")
    row = {"person_key": key, "county_code": "532528", "valid_from": "2024-05-01", "from_build": build}
    insert(nights.connection, "store", "dim_person", [row])
    nights.connection.execute(
        "insert into vault.person values (%s, 1, '532528', %s)",
        (key, seal(json.dumps(IDENTITY).encode(), place("vault.person.sealed", key))),
    )
    publish(build)
    return key


def sign_in(patch: pytest.MonkeyPatch, role: str) -> None:
    patch.setenv(f"AIRFLOW_CONN_{OWN_LOGIN.upper()}", os.environ[f"AIRFLOW_CONN_{role.upper()}"])


@pytest.fixture
def operator(warehouse: psycopg.Connection) -> str:
    """The connection of an operator, as a variable has it."""
    return os.environ[f"AIRFLOW_CONN_{OWN_LOGIN.upper()}"]


@pytest.fixture(autouse=True)
def case_worker(operator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person who runs a command."""
    sign_in(monkeypatch, "caseworker_532528")


def acts(nights: Nights) -> list[tuple[str, str, str, str]]:
    return nights.rows("select login, kind, subject, reason from ops.act order by act")


@pytest.mark.parametrize("purpose", ["home visit", " home visit  "])
def test_a_case_worker_sees_a_person_of_the_county_on_the_record(nights: Nights, person: UUID, purpose: str) -> None:
    assert revealing.reveal(person, purpose) == IDENTITY
    assert acts(nights) == [("caseworker_532528", "reveal", f"person {person}", "home visit")]


@pytest.mark.parametrize("case", ["other county", "moved away", "moved here, not published", "unknown"])
def test_a_person_of_another_county_is_not_shown_and_the_attempt_is_recorded(
    nights: Nights, person: UUID, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    wanted = uuid4() if case == "unknown" else person
    if case.startswith(("other", "moved here")):
        sign_in(monkeypatch, "caseworker_532503")
    if case.startswith("moved"):
        build = start_build("2024-05-19")
        nights.connection.execute("update store.dim_person set to_build = %s", (build,))
        row = {"person_key": person, "county_code": "532503", "valid_from": "2024-05-19", "from_build": build}
        insert(nights.connection, "store", "dim_person", [row])
    if case == "moved away":
        publish(build)
    with pytest.raises(UserError) as refused:
        revealing.reveal(wanted, "home visit")
    assert refused.value.code == "not_of_your_county"
    [(_, kind, subject, _)] = acts(nights)
    assert (kind, str(wanted) in subject) == ("refuse_reveal", True)


def shown(patch: pytest.MonkeyPatch, county: str, person: UUID) -> dict[str, str]:
    sign_in(patch, f"caseworker_{county}")
    return revealing.reveal(person, "home visit")


def listed(nights: Nights, zone: Path, county: str, **columns: str) -> UUID:
    """The county lists one person on its register of the next day; the person's token."""
    day = DAY + timedelta(days=nights.scalar("select count(*) from ops.delivery"))
    home = {"county_code": county, "township_code": f"{county}101", "village_code": f"{county}101201"}
    row = {"id_number": id_number(1), "is_relocated": "否"} | home | columns
    files.put(zone, files.rows_of("labor_register", row), f"{county}.csv", feed="labor_register", day=day)
    (delivery,) = ingest_all(day)
    assert delivery.rows_rejected == 0
    [(key,)] = nights.rows("select distinct person_key from landing.labor_register")
    return UUID(str(key))


def show(nights: Nights, person: UUID, counted_in: str, *listed_in: str) -> None:
    """Publish that the person is counted in a county and on the registers of these."""
    build = start_build(DAY + timedelta(days=30))
    row = {"person_key": person, "county_code": counted_in, "valid_from": DAY, "from_build": build}
    nights.connection.execute("update store.dim_person set to_build = %s where to_build is null", (build,))
    nights.connection.execute("update store.double_registration set to_build = %s where to_build is null", (build,))
    insert(nights.connection, "store", "dim_person", [row])
    rows = [{"person_key": person, "county_code": county, "from_build": build} for county in listed_in]
    insert(nights.connection, "store", "double_registration", rows)
    publish(build)


def test_of_a_person_whom_two_counties_list_each_is_shown_what_it_reported(
    nights: Nights, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A county that knows an ID number alone learns neither the name nor the mobile number, not even once the other
    county has dropped the person; the other county sees its own meanwhile.
    """
    person = listed(nights, zone, "532528", full_name="张真名", mobile="13800000001")
    listed(nights, zone, "532503", full_name="李编造", mobile="")
    mine = {"id_number": id_number(1), "full_name": "张真名", "mobile": "13800000001"}
    invented = {"id_number": id_number(1), "full_name": "李编造", "mobile": None}
    show(nights, person, "532503", "532503", "532528")
    assert shown(monkeypatch, "532503", person) == invented
    assert shown(monkeypatch, "532528", person) == mine
    show(nights, person, "532503")
    assert shown(monkeypatch, "532503", person) == invented
    with pytest.raises(UserError, match="not registered in your county"):
        shown(monkeypatch, "532528", person)
    show(nights, person, "532528")
    assert shown(monkeypatch, "532528", person) == mine


def test_a_person_is_shown_as_the_register_last_had_the_person(
    nights: Nights, zone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another mobile number, then the former one again, then another name."""
    for name, mobile in [
        ("张三", "13800000001"),
        ("张三", "13800000002"),
        ("张三", "13800000001"),
        ("张四", "13800000001"),
    ]:
        person = listed(nights, zone, "532528", full_name=name, mobile=mobile)
        show(nights, person, "532528")
        identity = shown(monkeypatch, "532528", person)
        assert (identity["full_name"], identity["mobile"]) == (name, mobile)


@pytest.mark.parametrize("purpose", ["", "  ", "ab", "of 532528199001010009"])
def test_a_purpose_is_required_and_must_not_contain_identities(nights: Nights, person: UUID, purpose: str) -> None:
    with pytest.raises(UserError) as refused:
        revealing.reveal(person, purpose)
    assert refused.value.code in {"WH005", "WH031"}
    assert "532528199001010009" not in str(refused.value)
    assert acts(nights) == []


@pytest.mark.parametrize("role", ["wh_analyst", "wh_auditor", "county_532528", "operator", "wh_loader", "wh_returner"])
def test_no_other_role_is_shown_a_person(
    nights: Nights, person: UUID, operator: str, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_OPERATOR", operator)
    with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select sealed from vault.reveal(%s, 'home visit')", (person,))
    with pytest.raises(psycopg.Error, match="only a case worker"):
        nights.connection.execute("select sealed from vault.reveal(%s, 'home visit')", (person,))


def test_above_the_daily_limit_no_person_is_shown_and_an_alert_is_raised_once(nights: Nights, person: UUID) -> None:
    nights.connection.execute("update seeds.setting set value = '3' where name = 'reveal_daily_limit'")
    for at in range(3):
        revealing.reveal(person, f"home visit {at}")
    for _ in range(3):
        with pytest.raises(UserError) as refused:
            revealing.reveal(person, "home visit")
        assert refused.value.code == "daily_limit"
    assert [kind for _, kind, _, _ in acts(nights)] == ["reveal"] * 3 + ["refuse_reveal"]
    assert nights.rows("select level, body from ops.alert where kind = 'reveal_limit'") == [
        ("warning", "caseworker_532528：3")
    ]


def test_sessions_that_began_before_do_not_each_have_the_limit(nights: Nights, person: UUID) -> None:
    nights.connection.execute("update seeds.setting set value = '1' where name = 'reveal_daily_limit'")
    question = "select outcome from vault.reveal(%s, 'home visit')"
    with connect(OWN_LOGIN) as early:
        early.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        early.execute("select 1")
        revealing.reveal(person, "home visit")
        with pytest.raises(psycopg.Error, match="read committed"):
            early.execute(question, (person,))


def ask(connection: psycopg.Connection, person: UUID, purpose: str = "home visit") -> tuple[str, bytes | None]:
    outcome, sealed = connection.execute(
        "select outcome, sealed from vault.reveal(%s, %s)", (person, purpose)
    ).fetchone()
    return outcome, sealed


def test_nothing_is_given_before_the_record_of_it_is_committed(nights: Nights, person: UUID) -> None:
    """Within one transaction, in a part of it that is rolled back, with another purpose, for another person: the record
    comes first.
    """
    with connect(OWN_LOGIN) as connection:
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        assert [ask(connection, person) for _ in range(2)] == [("recorded", None)] * 2
        connection.rollback()
        with connection.transaction(force_rollback=True):
            assert ask(connection, person) == ("recorded", None)
        assert ask(connection, person) == ("recorded", None)
        connection.rollback()
        assert acts(nights) == []
        assert ask(connection, person, "home visit") == ("recorded", None)
        connection.commit()
        assert ask(connection, person, "another one") == ("recorded", None)
        assert ask(connection, uuid4()) == ("not_of_your_county", None)
        connection.rollback()
        assert ask(connection, person)[0] == "revealed"
        connection.rollback()
    assert acts(nights) == [("caseworker_532528", "reveal", f"person {person}", "home visit")]


def test_a_record_serves_its_own_login_and_not_for_long(
    nights: Nights, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    revealing.reveal(person, "home visit")
    nights.connection.execute("alter table ops.act disable trigger all")
    nights.connection.execute("update ops.act set acted_at = acted_at - interval '6 minutes'")
    with connect(OWN_LOGIN) as connection:
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        assert ask(connection, person) == ("recorded", None)
        connection.rollback()
    nights.connection.execute(
        "update ops.act set acted_at = acted_at + interval '5 minutes', login = 'caseworker_532503'"
    )
    with connect(OWN_LOGIN) as connection:
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        assert ask(connection, person) == ("recorded", None)


def test_a_revealed_ciphertext_needs_the_key_of_the_program(person: UUID) -> None:
    with connect(OWN_LOGIN) as connection:
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        ask(connection, person)
        connection.commit()
        _, sealed = ask(connection, person)
    assert sealed is not None
    assert not [value for value in IDENTITY.values() if value.encode() in sealed]
    assert json.loads(unseal(sealed, place("vault.person.sealed", person))) == IDENTITY
    with pytest.raises(InvalidTag):
        unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), place("vault.person.sealed", person))


def test_the_key_is_replaced_while_readers_are_connected(
    nights: Nights, person: UUID, operator: str, fresh_home: settings.Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader in the middle of a transaction, and a case worker between the record and what it is a record of."""
    again = seal(json.dumps(IDENTITY).encode(), place("vault.person.sealed", person))  # by the keys of this home
    nights.connection.execute("update vault.person set sealed = %s where person_key = %s", (again, person))
    with connect("wh_analyst") as reader, connect(OWN_LOGIN) as worker:
        worker.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        question = "select count(*) from marts.dim_person"
        before = reader.execute(question).fetchone()
        assert ask(worker, person) == ("recorded", None)
        worker.commit()
        monkeypatch.setenv(f"AIRFLOW_CONN_{OWN_LOGIN.upper()}", operator)
        assert "version 2" in rotation.rotate_keys()
        outcome, sealed = ask(worker, person)
        assert (outcome, reader.execute(question).fetchone()) == ("revealed", before)
    assert sealed is not None
    assert json.loads(unseal(sealed, place("vault.person.sealed", person))) == IDENTITY


class Killed(Exception):
    """As if the process ended here."""


@pytest.mark.parametrize("writes", range(4))
def test_a_rotation_that_is_killed_is_finished_by_the_next_one(
    nights: Nights, operator: str, fresh_home: settings.Home, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """Killed before the next of its four files is written: what was sealed is open all the time, with the keys that a
    process read before and with those of the home.
    """
    monkeypatch.setenv(f"AIRFLOW_CONN_{OWN_LOGIN.upper()}", operator)
    sealed, before = seal(b"plain", b"at"), settings.secret_keys()
    replace, done = Path.replace, 0

    def replace_or_die(self: Path, target: Path) -> Path:
        nonlocal done
        if done == writes:
            raise Killed
        done += 1
        return replace(self, target)

    with monkeypatch.context() as killing, pytest.raises(Killed):
        killing.setattr(Path, "replace", replace_or_die)
        rotation.rotate_keys()
    assert unseal(sealed, b"at") == b"plain"
    with monkeypatch.context() as earlier:
        earlier.setenv("WAREHOUSE_TOKEN_KEY", before.token_key.hex())
        earlier.setenv("WAREHOUSE_WRAPPING_KEY", before.wrapping_key.hex())
        assert unseal(sealed, b"at") == b"plain"
    assert "version 2" in rotation.rotate_keys()
    after = settings.secret_keys()
    assert (after.version, after.next_wrapping_key, after.token_key) == (2, None, before.token_key)
    assert unseal(sealed, b"at") == b"plain"
    with monkeypatch.context() as late:
        late.setenv("WAREHOUSE_TOKEN_KEY", before.token_key.hex())
        late.setenv("WAREHOUSE_WRAPPING_KEY", before.wrapping_key.hex())
        with pytest.raises(WrongKey):
            unseal(sealed, b"at")
    assert acts(nights) == [("operator_of_tests", "rotate_keys", "wrapping key, version 2", None)]


def test_two_rotations_at_once_follow_each_other(
    nights: Nights, operator: str, fresh_home: settings.Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one begins where the first has both keys wrapped, and has not put the new one in force."""
    monkeypatch.setenv(f"AIRFLOW_CONN_{OWN_LOGIN.upper()}", operator)
    sealed = seal(b"plain", b"at")
    second, wrap_for = Thread(target=rotation.rotate_keys), rotation.wrap_for

    def wrap_and_wait(*wrapping_keys: bytes) -> None:
        wrap_for(*wrapping_keys)
        if second.ident is None:
            second.start()
            second.join(timeout=1)

    monkeypatch.setattr(rotation, "wrap_for", wrap_and_wait)
    assert "version 2" in rotation.rotate_keys()
    second.join()
    assert unseal(sealed, b"at") == b"plain"
    assert [subject for _, _, subject, _ in acts(nights)] == [f"wrapping key, version {number}" for number in (2, 3)]


def test_a_rotation_that_could_not_be_recorded_is_finished_by_the_next_one(
    nights: Nights, operator: str, fresh_home: settings.Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = seal(b"plain", b"at")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):  # a case worker may not
        rotation.rotate_keys()
    assert unseal(sealed, b"at") == b"plain"
    monkeypatch.setenv(f"AIRFLOW_CONN_{OWN_LOGIN.upper()}", operator)
    assert "version 2" in rotation.rotate_keys()
    assert acts(nights) == [("operator_of_tests", "rotate_keys", "wrapping key, version 2", None)]


def test_on_a_server_the_operator_replaces_the_key_between_two_calls(
    nights: Nights, operator: str, fresh_home: settings.Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"AIRFLOW_CONN_{OWN_LOGIN.upper()}", operator)
    monkeypatch.setenv("WAREHOUSE_TOKEN_KEY", "aa" * 32)
    monkeypatch.setenv("WAREHOUSE_WRAPPING_KEY", "bb" * 32)
    (fresh_home.archive / DATA_KEY).unlink()
    make_data_key()
    sealed = seal(b"plain", b"at")
    with pytest.raises(UserError) as refused:
        rotation.rotate_keys()
    assert refused.value.code == "no_next_key"
    monkeypatch.setenv("WAREHOUSE_NEXT_WRAPPING_KEY", "cc" * 32)
    assert "both keys open" in rotation.rotate_keys()
    assert unseal(sealed, b"at") == b"plain"
    monkeypatch.setenv("WAREHOUSE_WRAPPING_KEY", "cc" * 32)
    monkeypatch.delenv("WAREHOUSE_NEXT_WRAPPING_KEY")
    assert "is replaced" in rotation.rotate_keys()
    assert unseal(sealed, b"at") == b"plain"
    monkeypatch.setenv("WAREHOUSE_WRAPPING_KEY", "bb" * 32)
    with pytest.raises(WrongKey):
        unseal(sealed, b"at")
