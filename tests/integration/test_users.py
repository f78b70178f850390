"""People sign in as themselves: who may make users, what a user may do, and what is recorded of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess
from threading import Event

import psycopg
import pytest
from tests.kit.nights import Nights, start_build
from tests.kit.process import run_warehouse

from employment_warehouse.database import OWN_LOGIN, DatabaseRefusal, connect
from employment_warehouse.database.connections import address
from employment_warehouse.database.embedded import Server
from employment_warehouse.runtime import users

pytestmark = pytest.mark.quick
Run = Callable[..., CompletedProcess[str]]
VERIFIER = "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy"


@pytest.fixture(autouse=True)
def no_users_stay(warehouse_server: Server) -> Iterator[None]:
    """Logins belong to the whole server."""
    yield
    with warehouse_server.connect_superuser() as connection:
        for (name,) in connection.execute("select rolname from pg_roles where rolname ~ '^new_'").fetchall():
            connection.execute(f"drop role {name}")
        connection.execute("delete from ops.reader_county where login ~ '^new_'")


@pytest.fixture
def run(warehouse: psycopg.Connection, tmp_path: Path) -> Run:
    """`warehouse …` by a person who has no access to a home: a service of libpq says which database, and who."""
    info = warehouse.info

    def call(*arguments: str, login: str, password: str) -> CompletedProcess[str]:
        (tmp_path / "services").write_text(
            f"[mine]\nhost=127.0.0.1\nport={info.port}\ndbname={info.dbname}\nuser={login}\npassword={password}\n"
        )
        given = {"PGSERVICE": "mine", "PGSERVICEFILE": str(tmp_path / "services")}
        return run_warehouse(*arguments, home=tmp_path / "nothing", **given)

    return call


def test_a_person_gets_a_login_and_acts_under_that_name(warehouse: psycopg.Connection, run: Run) -> None:
    """The administrator makes the first operator, who makes the others; nobody needs a file of the home."""
    info = warehouse.info

    def sign_in(password: str) -> psycopg.Connection:
        return psycopg.connect(host="127.0.0.1", port=info.port, user="new_li", password=password, dbname=info.dbname)

    made = run("user", "add", "new_head", "--role", "operator", login="postgres", password=info.password)
    assert made.returncode == 0, made.stderr
    head = {"login": "new_head", "password": made.stdout.strip()}
    assert len(head["password"]) >= 20
    made = run("user", "add", "new_li", "--role", "county", "--county", "532528", **head)
    assert made.returncode == 0, made.stderr
    first = made.stdout.strip()
    with sign_in(first) as connection:
        seen = connection.execute("select session_user::text, ops.counties_of(current_user)").fetchone()
        assert seen == ("new_li", ["532528"])
        assert connection.execute("select count(*) from marts.publications").fetchone() == (0,)
    # His own password he changes himself; nobody else's.
    changed = run("user", "password", "new_li", login="new_li", password=first)
    assert changed.returncode == 0, changed.stderr
    second = changed.stdout.strip()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        sign_in(first)
    refused = run("user", "password", "new_head", login="new_li", password=second)
    assert (refused.returncode, "only an operator" in refused.stderr) == (3, True)
    listed = run("user", "list", **head).stdout.splitlines()
    assert {"new_head,operator,,f", "new_li,county,532528,f"} <= set(listed)
    # Closed while its session is open.
    with sign_in(second) as connection:
        assert run("user", "disable", "new_li", **head).returncode == 0
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
    with pytest.raises(psycopg.OperationalError, match=r"password authentication failed|not permitted to log in"):
        sign_in(second)
    shut_out = run("user", "password", "new_li", login="new_li", password=second)
    assert (shut_out.returncode, "Traceback" in shut_out.stderr, "did not answer" in shut_out.stderr) == (
        1,
        False,
        True,
    )
    assert warehouse.execute("select login, kind, subject from ops.act order by act").fetchall() == [
        ("postgres", "add_user", "new_head operator"),
        ("new_head", "add_user", "new_li county 532528"),
        ("new_li", "set_password", "new_li"),
        ("new_head", "disable_user", "new_li"),
    ]


@pytest.mark.parametrize("change", [users.disable, users.set_password])
def test_a_stolen_login_cannot_prevent_that_it_is_closed_or_gets_another_password(
    warehouse: psycopg.Connection, change: Callable[[str], object]
) -> None:
    """Somebody changes the login again and again, keeps each change open, and commits while an operator waits."""
    stolen, over = users.add("new_li", "analyst", None), Event()

    def sign_in() -> psycopg.Connection:
        info = warehouse.info
        return psycopg.connect(host="127.0.0.1", port=info.port, user="new_li", password=stolen, dbname=info.dbname)

    def keep_changing() -> None:
        while not over.wait(0.01):
            with suppress(psycopg.Error), sign_in() as thief:
                thief.execute("set default_transaction_read_only = off")
                thief.commit()
                while not over.is_set():
                    thief.execute(f"alter role new_li password '{stolen}'")  # type: ignore[arg-type]
                    over.wait(0.1)
                    thief.commit()

    with ThreadPoolExecutor(1) as other:
        thief = other.submit(keep_changing)
        try:
            holding = "select from pg_stat_activity where usename = 'new_li' and backend_xid is not null"
            while not warehouse.execute(holding).fetchall():
                over.wait(0.01)
            change("new_li")
            if change is users.disable:
                with pytest.raises(psycopg.OperationalError):
                    sign_in()
        finally:
            over.set()
            thief.result()


@pytest.mark.parametrize(
    ("name", "role", "county", "words"),
    [
        ("Li", "analyst", None, "small letters"),
        ("l", "analyst", None, "small letters"),
        ("wh_li", "analyst", None, "small letters"),
        ("li; drop role wh_owner", "analyst", None, "small letters"),
        ("public", "analyst", None, "small letters"),
        ("postgres", "analyst", None, "small letters"),
        ("new_li", "owner", None, "no such role"),
        ("new_li", "reader", None, "no such role"),
        ("new_li", "county", None, "one county"),
        ("new_li", "caseworker", "999999", "one county"),
        ("new_li", "analyst", "532528", "one county"),
        ("county_532528", "county", "532528", "taken"),
    ],
)
def test_a_user_of_another_kind_is_refused(
    warehouse: psycopg.Connection, name: str, role: str, county: str | None, words: str
) -> None:
    with pytest.raises(DatabaseRefusal, match=words):
        users.add(name, role, county)
    assert warehouse.execute("select from ops.act").fetchall() == []


@pytest.mark.parametrize("role", ["wh_analyst", "wh_auditor", "county_532528", "caseworker_532528", "wh_publisher"])
def test_only_an_operator_makes_or_closes_users(warehouse: psycopg.Connection, role: str) -> None:
    with connect(role) as connection:
        connection.autocommit = True
        connection.execute("set default_transaction_read_only = off")
        for attempt in (
            f"select ops.add_user('new_li', 'analyst', null, '{VERIFIER}')",
            "select ops.disable_user('operator_of_tests')",
            f"select logins.make('new_li', 'operator', '{VERIFIER}')",
            f"select logins.set_password('operator_of_tests', '{VERIFIER}')",
            "create role new_li",
            "alter role operator_of_tests password 'x'",
            "set role wh_reader",
            "set role wh_operator",
            "grant wh_operator to current_user",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(attempt)  # type: ignore[arg-type]


@pytest.mark.parametrize("password", ["a password", "md5" + "0" * 32, None, "SCRAM-SHA-256$x"])
def test_a_password_is_never_sent_as_text(warehouse: psycopg.Connection, password: str | None) -> None:
    with connect(OWN_LOGIN) as connection, pytest.raises(psycopg.Error, match="SCRAM"):
        connection.execute("select ops.set_password('analyst_of_tests', %s)", (password,))


def test_no_password_is_in_a_file_of_the_home(warehouse_server: Server) -> None:
    passwords = [address(role).password.encode() for role in ("wh_loader", "wh_publisher", "wh_watcher", "wh_analyst")]
    root = warehouse_server.home.root
    for path in (path for path in root.rglob("*") if path.is_file() and "data" not in path.relative_to(root).parts):
        assert not [password for password in passwords if password in path.read_bytes()], path


def test_programs_do_not_act_as_people(warehouse: psycopg.Connection) -> None:
    for attempt in ("ops.begin_nights('2024-05-19')", "ops.roll_back(1, '{}', 'wrong month')"):
        with connect("wh_publisher") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"select {attempt}")  # type: ignore[arg-type]


def test_an_operator_releases_under_that_name(nights: Nights, run: Run) -> None:
    delivery = nights.deliver("workshop", "532501", date(2024, 5, 18))
    start_build("2024-05-18")
    nights.connection.execute("update ops.delivery set status = 'held'")
    operator = address(OWN_LOGIN)
    who = {"login": operator.user, "password": operator.password}
    assert run("release", "--reason", "a campaign", **who).returncode == 2
    released = run("release", "--delivery", str(delivery), "--reason", "a campaign", **who)
    assert released.returncode == 0, released.stderr
    assert nights.rows("select login, kind, delivery_id, reason from ops.act") == [
        ("operator_of_tests", "release_delivery", delivery, "a campaign")
    ]
    again = run("release", "--delivery", str(delivery), "--reason", "a campaign", **who)
    assert (again.returncode, "is not held" in again.stderr) == (3, True)


def test_a_command_that_decides_asks_for_the_author(warehouse_server: Server) -> None:
    home = warehouse_server.home.root
    refused = run_warehouse("begin", "2024-05-19", home=home)
    assert refused.returncode == 2
    assert re.search("it is not known who you are.*--as NAME", refused.stderr, re.DOTALL)
    wrong = run_warehouse("begin", "2024-05-19", "--as", "operator_of_tests", home=home, PGPASSWORD="not this one")
    assert (wrong.returncode, "refused the sign-in" in wrong.stderr) == (1, True)


def test_no_program_signs_in_as_a_person() -> None:
    """A group is people's; in tests it has a user, which no warehouse has."""
    from employment_warehouse import settings  # noqa: PLC0415
    from employment_warehouse.database.program_logins import LOGINS  # noqa: PLC0415

    used = set()
    for path in (settings.project_root() / "plugins" / "employment_warehouse").rglob("*.py"):
        used |= set(re.findall(r'(?:connect|address)\("(\w+)"\)', path.read_text("utf-8")))
    assert {"wh_loader", "wh_reporter"} <= used <= set(LOGINS)
