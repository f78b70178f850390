"""The folder of a warehouse is its owner's alone, and some of its processes cannot enter all of it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from employment_warehouse import settings
from employment_warehouse.database.embedded import Server
from employment_warehouse.errors import UserError
from employment_warehouse.runtime import ports, seclusion
from employment_warehouse.settings import Home

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("content", ["", "secrets"])
@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_home_that_others_could_enter_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, mode: int
) -> None:
    (tmp_path / "home" / content).mkdir(parents=True)
    (tmp_path / "home").chmod(mode)
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path / "home"))
    assert settings.current_home().root.stat().st_mode & 0o777 == 0o700


def test_a_folder_with_something_else_is_refused_and_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--home /tmp` must not close /tmp."""
    (tmp_path / "home" / "of others").mkdir(parents=True)
    (tmp_path / "home").chmod(0o755)
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path / "home"))
    with pytest.raises(UserError) as refused:
        settings.current_home()
    assert refused.value.code == "home_open"
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o755


def test_a_home_of_another_account_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home" / "secrets").mkdir(parents=True)
    (tmp_path / "home").chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path / "home"))
    with pytest.raises(UserError) as refused:
        settings.current_home()
    assert refused.value.code == "home_open"


@pytest.mark.parametrize(
    "attempt",
    [
        "cat {folder}/keys",
        "umount {folder} && cat {folder}/keys",
        "unshare --user --map-root-user --mount sh -c 'umount {folder}; cat {folder}/keys'",
        "cat /proc/{pid}/root{folder}/keys",
        "cat /proc/{pid}/environ",
    ],
)
def test_a_secluded_process_reaches_neither_a_hidden_folder_nor_another_process(tmp_path: Path, attempt: str) -> None:
    (tmp_path / "keys").write_text("the secret")
    with subprocess.Popen(["sleep", "60"], env={"KEY": "the secret"}) as other:
        script = ["sh", "-c", attempt.format(folder=tmp_path, pid=other.pid)]
        seen = [
            subprocess.run(command, capture_output=True, text=True, check=False).stdout
            for command in (script, seclusion.secluded_command(script, [tmp_path]))
        ]
        other.kill()
    assert "the secret" not in seen[1]
    assert "the secret" in seen[0] or "umount" in attempt


def test_the_shared_folder_has_exactly_what_every_machine_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = settings.Home(tmp_path / "home")
    shared = ("archive", "reports", "returns", "seeds", "dbt_runs")
    own = ("postgres", "airflow", "secrets", "logs", "run", "dbt")
    assert all(home.root in getattr(home, name).parents for name in (*shared, *own)), "one machine: one folder"
    monkeypatch.setenv("WAREHOUSE_SHARED", str(tmp_path / "shared"))
    assert all(tmp_path / "shared" in getattr(home, name).parents for name in shared)
    assert all(home.root in getattr(home, name).parents for name in own)


def test_a_service_that_moves_to_another_port_says_so(fresh_home: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        settings.write_whole(fresh_home.airflow / "ports.json", json.dumps({"console": taken, "api-server": 1}))
        before = ports.ports(fresh_home)
        chosen = ports.choose_port(fresh_home, "console")
    [sentence] = ports.moved(fresh_home, before)
    assert f"{taken} 已被占用" in sentence and str(chosen) in sentence


def test_ports_that_a_power_cut_left_empty_are_chosen_again(fresh_home: Home) -> None:
    (fresh_home.airflow / "ports.json").write_text("")
    (fresh_home.postgres / "port.json").write_text("")
    assert (Server(fresh_home).port, ports.ports(fresh_home)) == (0, {})
    chosen = ports.choose_port(fresh_home, "console")
    assert ports.ports(fresh_home) == {"console": chosen}


def test_a_file_of_the_home_is_on_the_disk_before_it_takes_its_place(
    fresh_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut leaves it empty: the keys, beside a data key that was wrapped with them."""
    path, done, fsync, replace = fresh_home.root / "file", [], os.fsync, Path.replace

    def note_fsync(number: int) -> None:
        done.append(Path(f"/proc/self/fd/{number}").readlink().suffix or "folder")
        fsync(number)

    def note_replace(draft: Path, target: Path) -> Path:
        done.append("replaced")
        return replace(draft, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_replace)
    settings.write_whole(path, "县")
    assert done == [".tmp", "replaced", "folder"]
    assert path.read_bytes().decode("utf-8") == "县"


def test_a_file_that_is_not_written_to_the_end_leaves_nothing(fresh_home: Home) -> None:
    path = fresh_home.root / "file"
    settings.write_once(path, "first")
    settings.write_once(path, "second")
    with pytest.raises(KeyboardInterrupt), settings.whole_file(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert path.read_text() == "first"
    assert list(fresh_home.root.glob("file*")) == [path]
