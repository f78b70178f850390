"""The command line, as people call it."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from tests.kit.process import run_warehouse
from typer.main import get_command

from employment_warehouse import settings
from employment_warehouse.command import app
from employment_warehouse.database.embedded import Server
from employment_warehouse.runtime import watching
from employment_warehouse.runtime.programs import AIRFLOW_PROGRAMS

COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_in_both_languages_and_a_home_option(name: str) -> None:
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    assert re.search(r"[一-鿿]", command.help), "no Chinese"
    assert re.search(r"\| [A-Z][a-z]+|[A-Z][a-z]+ ", command.help), "no English"
    assert "--home" in [option for parameter in command.params for option in parameter.opts]


@pytest.mark.quick
def test_no_process_leaves_what_it_had_in_memory() -> None:
    program = "from employment_warehouse import command; import os; command.app = lambda: os.system('ulimit -c')"
    line = [
        "sh",
        "-c",
        'ulimit -Sc "$(ulimit -Hc)"; exec "$@"',
        "sh",
        sys.executable,
        "-c",
        f"{program}; command.main()",
    ]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0"]


def test_sql_writes_csv_as_analyst(warehouse_server: Server) -> None:
    done = run_warehouse(
        "sql", "select 1 as one, null as nothing, '甲,乙' as text, current_user as who", home=warehouse_server.home.root
    )
    assert done.returncode == 0, done.stderr
    assert list(csv.DictReader(io.StringIO(done.stdout))) == [
        {"one": "1", "nothing": "", "text": "甲,乙", "who": "wh_reporter"}
    ]


def test_sql_connects_as_the_requested_role(warehouse_server: Server) -> None:
    done = run_warehouse("sql", "show search_path", "--role", "wh_watcher", home=warehouse_server.home.root)
    assert done.stdout == 'search_path\n"marts, ops"\n'


def test_a_failing_query_is_explained_without_a_traceback(warehouse_server: Server) -> None:
    done = run_warehouse("sql", "select no_such_column", home=warehouse_server.home.root)
    assert done.returncode == 1
    assert re.search("数据库提示.*no_such_column", done.stderr)
    assert "应为" not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_template_is_written_into_a_folder_that_is_new(tmp_path: Path) -> None:
    folder = tmp_path / "空白 模板"
    done = run_warehouse("template", "job_event", "--into", str(folder), home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in folder.iterdir()] == ["job_event.xlsx"]


def test_an_empty_query_is_refused(warehouse_server: Server) -> None:
    done = run_warehouse("sql", " ; ", home=warehouse_server.home.root)
    assert done.returncode == 2
    assert "没有查询语句" in done.stderr


def test_status_is_written_to_standard_output_with_a_command_that_works(warehouse_server: Server) -> None:
    done = run_warehouse("status", home=warehouse_server.home.root, PATH="/usr/bin:/bin")
    assert "目录 home" in done.stdout and done.stderr == ""
    (line,) = (line for line in done.stdout.splitlines() if "marts.publications" in line)
    assert Path(line.split()[2]).is_file()


def test_an_analyst_cannot_write(warehouse_server: Server) -> None:
    done = run_warehouse("sql", "create table marts.mine ()", home=warehouse_server.home.root)
    assert done.returncode == 1
    assert "ReadOnlySqlTransaction" in done.stderr


def test_as_of_a_date_before_the_first_publication_is_refused(warehouse_server: Server) -> None:
    done = run_warehouse("sql", "select 1", "--as-of", "2001-01-01", home=warehouse_server.home.root)
    assert done.returncode != 0
    assert "nothing was published" in done.stderr


def test_an_invalid_date_is_refused(tmp_path: Path) -> None:
    done = run_warehouse("night", "2024-13-01", home=tmp_path)
    assert done.returncode == 2
    assert "2024-05-01" in done.stderr


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """The home of a warehouse that is not running."""
    settings.Home(tmp_path / "空 目录").secret("the first")
    return tmp_path / "空 目录"


def test_night_says_how_to_start_a_warehouse_that_is_not_running(stopped: Path) -> None:
    done = run_warehouse("night", "2024-05-01", home=stopped)
    assert done.returncode == 1
    assert "warehouse up" in done.stderr


def test_down_succeeds_if_nothing_is_running(stopped: Path) -> None:
    assert run_warehouse("down", home=stopped).returncode == 0


def test_watch_reports_what_is_not_running(stopped: Path) -> None:
    done = run_warehouse("watch", home=stopped)
    assert done.returncode == 1
    for program in ("postgres", *AIRFLOW_PROGRAMS):
        assert program in done.stderr


def test_yesterday_must_be_published_from_eight_o_clock_on() -> None:
    before = datetime(2024, 5, 20, 7, 59, tzinfo=settings.TIMEZONE)
    after = datetime(2024, 5, 20, 8, 0, tzinfo=settings.TIMEZONE)
    assert str(watching.wanted_date(before)) == "2024-05-18"
    assert str(watching.wanted_date(after)) == "2024-05-19"


@pytest.mark.parametrize("command", [["status"], ["sql", "select 1"], ["night", "2024-05-01"], ["acts"], ["down"]])
def test_a_mistyped_home_is_refused_and_not_created(command: list[str], tmp_path: Path) -> None:
    done = run_warehouse(*command, "--home", str(tmp_path / "typo"), home=tmp_path / "other")
    assert done.returncode == 2
    assert "这里没有数据仓库" in done.stderr
    assert str(tmp_path / "typo") in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", [["nigth"], ["night", "--fast"], ["night"]])
def test_a_command_line_that_is_not_understood_is_answered_in_chinese_too(line: list[str], tmp_path: Path) -> None:
    done = run_warehouse(*line, home=tmp_path)
    assert done.returncode == 2
    assert "未作任何操作" in done.stderr


def test_a_home_given_to_a_command_is_the_only_one_asked_for(warehouse_server: Server, tmp_path: Path) -> None:
    done = run_warehouse("user", "list", "--home", str(warehouse_server.home.root), home=tmp_path / "nothing")
    assert done.returncode == 0, done.stderr
