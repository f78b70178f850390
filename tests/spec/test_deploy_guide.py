"""docs/deploy.md: its units, crontabs and configurations agree with the programs that they start."""

from __future__ import annotations

import csv
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.kit import compose
from typer.main import get_command

from employment_warehouse import settings
from employment_warehouse.command import app
from employment_warehouse.runtime.deployment import CONSOLE_PORT

GUIDE = (settings.project_root() / "docs" / "deploy.md").read_text("utf-8")
PROGRAM, VARIABLES = "/srv/jiuye/project/.venv/bin/warehouse", "/etc/jiuye.env"

WRITE_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"


def block(first_line: str) -> str:
    """The block of the guide whose first line contains this."""
    found = re.findall(rf"(?ms)^( *)```\w*\n( *# [^\n]*{re.escape(first_line)}.*?)^\1```", GUIDE)
    [(indentation, text)] = found
    return "\n".join(line.removeprefix(indentation) for line in text.splitlines())


def crontab_lines() -> list[str]:
    """What cron runs, without the five fields of the time; those of Docker are the last two."""
    lines = re.findall(r"(?m)^(?:\*/5|\d+) [\d*]+ \* \* \* +(.*)$", GUIDE)
    assert len(lines) == 4
    return lines


def commands() -> list[list[str]]:
    """Each call of the command line in units and crontabs: its arguments, up to the shell's next word."""
    text = "\n".join([*crontab_lines(), *re.findall(r"(?m)^ *Exec\w+=(.*)$", GUIDE)])
    native = re.findall(rf"{re.escape(PROGRAM)} ([^;|&\n]*)", text)
    in_containers = re.findall(r"docker compose run --rm -T --no-deps (\w+) ?(.*?) ?2>&1", text)
    declared = compose.services()
    return [shlex.split(call) for call in native] + [
        shlex.split(given) or declared[service]["command"] for service, given in in_containers
    ]


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_what_systemd_and_cron_start_is_a_command_with_these_options(arguments: list[str]) -> None:
    name, *options = arguments
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    command.make_context(name, options)  # raises for an option that does not exist


def test_all_of_them_are_found() -> None:
    assert [arguments[0] for arguments in commands()].count("watch") == 3
    assert {arguments[0] for arguments in commands()} == {"up", "down", "watch", "backup"}


def test_who_rotates_the_keys_is_told_to_restart_every_service_that_has_them() -> None:
    """`docker compose up -d` does not: what is in the file of a secret is not part of the configuration."""
    having = {
        name
        for name, service in compose.services().items()
        if "warehouse_wrapping_key" in service.get("secrets", []) and service["restart"] != "no"
    }
    guide = " ".join((settings.project_root() / "docs" / "operators.md").read_text("utf-8").split())
    restarted = [set(names.split()) for names in re.findall(r"docker compose restart ([a-z -]+)", guide)]
    assert restarted.count(having) == 2  # in both languages


def test_the_timer_starts_the_watch() -> None:
    """A timer without `Unit=` starts the service of its own name."""
    names = re.findall(r"# /etc/systemd/system/(\S+)", GUIDE)
    assert names == ["jiuye.service", "jiuye-watch.service", "jiuye-watch.timer"]
    for unit in names:
        assert "User=jiuye" in block(unit) or unit.endswith(".timer")


def test_the_file_of_variables_says_the_same_to_systemd_and_to_a_shell(tmp_path: Path) -> None:
    path = tmp_path / "jiuye.env"
    path.write_text(block(VARIABLES), "utf-8")
    shown = subprocess.run(
        ["sh", "-c", f"set -a; . {path}; exec {sys.executable} -c '{WRITE_ENVIRONMENT}'"],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout  # fmt: skip
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    of_shell = json.loads(shown)
    for line in lines:
        name, _, value = line.partition("=")
        [of_systemd] = shlex.split(value)  # it takes quotes off, and replaces nothing
        assert of_shell[name] == of_systemd
    read = {line.partition("=")[0].removesuffix("_FILE") for line in lines}
    code = "\n".join(path.read_text("utf-8") for path in (settings.project_root() / "plugins").rglob("*.py"))
    assert {name for name in read if f'"{name}"' not in code} == set()


def test_crons_line_runs_the_watch_in_crons_bare_environment(tmp_path: Path) -> None:
    home = settings.Home(tmp_path / "home")
    home.secret("the first")  # a warehouse that does not run
    variables = tmp_path / "jiuye.env"
    variables.write_text(block(VARIABLES).replace("/srv/jiuye/home", str(home.root)), "utf-8")
    program = str(Path(sys.executable).with_name("warehouse"))
    line = crontab_lines()[0].replace(VARIABLES, str(variables)).replace(PROGRAM, program)
    bare = {"HOME": str(tmp_path), "LOGNAME": "jiuye", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["sh", "-c", line], env=bare, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("postgres 未运行（也已停止：")


@pytest.mark.parametrize(("exit_code", "shown"), [(0, ""), (1, "what is wrong\n")])
def test_crons_line_for_docker_writes_only_what_is_wrong(exit_code: int, shown: str, tmp_path: Path) -> None:
    """Docker's place is taken by a program that says something of its own each time, as Docker does."""
    docker = tmp_path / "docker"
    said = "echo what is wrong; " if exit_code else "echo Container created >&2; "
    docker.write_text(f"#!/bin/sh\n{said}exit {exit_code}\n")
    docker.chmod(0o700)
    line = crontab_lines()[2].replace("/srv/jiuye/project", str(tmp_path))
    done = subprocess.run(
        ["sh", "-c", line], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == (shown, "")


def test_the_proxy_leads_to_the_console_and_takes_its_largest_upload() -> None:
    [target] = re.findall(r"proxy_pass http://127\.0\.0\.1:(\d+);", GUIDE)
    [largest] = re.findall(r"client_max_body_size (\d+)m;", GUIDE)
    assert int(target) == CONSOLE_PORT
    assert compose.services()["console"]["ports"] == [f"127.0.0.1:{CONSOLE_PORT}:{CONSOLE_PORT}"]
    with (settings.project_root() / "dbt_project" / "seeds" / "setting.csv").open(encoding="utf-8") as file:
        limits = [int(row["value"]) for row in csv.DictReader(file) if row["name"] == "upload_largest_megabytes"]
    assert max(limits) < int(largest)


def test_the_console_is_told_who_asks_by_the_proxy_alone() -> None:
    """nginx replaces what a visitor states; a container sees the proxy as Docker's gateway."""
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in GUIDE
    assert compose.services()["console"]["environment"]["FORWARDED_ALLOW_IPS"] == "*"


@pytest.mark.parametrize("guide", ["deploy.md", "operators.md"])
def test_docker_hands_on_every_variable_that_the_guides_name(guide: str) -> None:
    text = (settings.project_root() / "docs" / guide).read_text("utf-8")
    named = {name.removesuffix("_FILE") for name in re.findall(r"\bWAREHOUSE_[A-Z_]+", text)}
    assert {name for name in named - {"WAREHOUSE_HOME"} if name not in compose.text()} == set()
