from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from tests.kit.server import kill

from employment_warehouse import settings
from employment_warehouse.database import embedded
from employment_warehouse.database.embedded import Server
from employment_warehouse.errors import UserError
from employment_warehouse.runtime.processes import Service
from employment_warehouse.settings import Home


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator:
    """Makes small servers in homes of their own, and stops them."""
    made: list[Server] = []

    def make(name: str = "home") -> Server:
        root = tmp_path / name
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        server = Server(Home(root))
        server.init()
        with (server.data / "postgresql.auto.conf").open("a") as file:
            file.write("fsync = off\nshared_buffers = '16MB'\n")
        made.append(server)
        return server

    yield make
    for server in made:
        server.stop()


def left_behind(server: Server) -> list[str]:
    """Processes that name the home, and sockets."""
    processes = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if str(server.home.root) in " ".join(process.cmdline()):
                processes.append(str(process.pid))
    folders = {server.home.run, server.socket_folder}
    return processes + [str(path) for folder in folders for path in folder.glob(".s.PGSQL*")]


@pytest.mark.parametrize("name", ["plain", "有 空格 的目录", "a" * 120, "quo'te,comma"])
def test_a_server_runs_in_any_folder_and_leaves_nothing(make_server, name: str) -> None:
    server = make_server(name)
    server.start()
    with server.connect_superuser() as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert left_behind(server)
    server.stop()
    assert left_behind(server) == []
    assert not server.running()


def test_a_home_is_for_its_owner_alone(make_server) -> None:
    server = make_server()
    server.start()
    for path in [server.home.root, *server.home.root.iterdir(), server.home.keys_file]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_two_servers_live_side_by_side_with_passwords_of_their_own(make_server) -> None:
    one, other = make_server("one"), make_server("other")
    one.start()
    other.start()
    assert one.port != other.port
    with one.connect_superuser() as connection:
        connection.execute("create table only_here ()")
    with other.connect_superuser() as connection:
        assert connection.execute("select to_regclass('only_here')").fetchone() == (None,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host=str(other.socket_folder), port=other.port, user="postgres", dbname="warehouse",
            password=one.home.secret("password:postgres"),
        )  # fmt: skip


def test_a_port_in_use_is_replaced_by_another(make_server) -> None:
    server = make_server()
    server.start()
    taken = server.port
    server.stop()
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", taken))
        stranger.listen()
        server.start()
        assert server.port != taken
        with server.connect_superuser() as connection:
            connection.execute("select 1")


def test_a_killed_postmaster_is_followed_by_the_next_start(make_server) -> None:
    server = make_server()
    server.start()
    with server.connect_superuser() as connection:
        connection.execute("create table kept ()")
    kill(server)
    server.start()
    with server.connect_superuser() as connection:
        assert connection.execute("select to_regclass('kept')::text").fetchone() == ("kept",)


def test_a_pid_file_of_another_process_does_not_prevent_a_start(make_server) -> None:
    server = make_server()
    server.start()
    text = (server.data / "postmaster.pid").read_text()
    kill(server)
    (server.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *text.split("\n")[1:]]))
    assert not server.running()
    server.start()
    assert server.running()


def test_an_interrupted_set_up_is_repeated(make_server, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    half = home.postgres / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = make_server()
    server.start()
    assert server.running()
    assert not half.exists()


def test_a_data_folder_that_is_not_a_database_is_refused_and_kept(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    (home.postgres / "data").mkdir()
    (home.postgres / "data" / "mine.txt").write_text("not a database")
    with pytest.raises(UserError) as refusal:
        Server(home).start()
    assert refusal.value.code == "data_folder_foreign"
    assert (home.postgres / "data" / "mine.txt").exists()


def test_the_server_s_log_repeats_no_value(make_server) -> None:
    server = make_server()
    server.start()
    with server.connect_superuser() as connection:
        connection.execute("create table person (id text primary key)")
        connection.execute("insert into person values ('canary')")
        connection.commit()
        for statement in ("insert into person values ('canary')", "select 'canary'::integer"):
            with pytest.raises(psycopg.Error):
                connection.execute(statement)  # type: ignore[arg-type]
            connection.rollback()
    assert "canary" not in server.log.read_text()


def test_errors_do_not_fill_the_disk_with_their_messages(make_server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anyone with a login makes messages of any length."""
    monkeypatch.setattr(embedded, "LARGEST_SERVER_FILE", 20 * 2**20)
    monkeypatch.setattr(embedded, "LARGEST_LOG_KEPT", 2**20)
    server = make_server()
    server.start()
    with server.connect_superuser("postgres") as connection:
        connection.autocommit = True
        connection.execute("set log_min_messages = error")
        for _ in range(3):
            with pytest.raises(psycopg.errors.InvalidTextRepresentation):
                connection.execute("select repeat('x', 10000000)::integer")
        assert server.log.stat().st_size == embedded.LARGEST_SERVER_FILE
        assert connection.execute("select 1").fetchone() == (1,)
    server.stop()
    server.start()
    assert server.log.stat().st_size < 2**20


def test_a_service_does_not_fill_the_disk_with_its_log(fresh_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """What strangers send to the console is in it, a line each."""
    monkeypatch.setattr("employment_warehouse.runtime.processes.LARGEST_SERVER_FILE", 2**20)
    service = Service(fresh_home, "console")
    writes = "import sys\nfor _ in range(99): sys.stderr.write('x' * 99_999)"
    service.start([sys.executable, "-c", writes], os.environ)
    psutil.Process(json.loads(service.record.read_text())["pid"]).wait(60)
    assert 2**19 < service.log.stat().st_size <= 2**20


def test_keys_are_created_once_and_the_environment_takes_precedence(fresh_home: Home, monkeypatch) -> None:
    made = settings.secret_keys()
    assert settings.secret_keys() == made
    assert fresh_home.secret("a") != fresh_home.secret("b")
    monkeypatch.setenv("WAREHOUSE_TOKEN_KEY", "ab" * 32)
    monkeypatch.setenv("WAREHOUSE_WRAPPING_KEY", "cd" * 32)
    assert settings.secret_keys().token_key == bytes.fromhex("ab" * 32)
