"""`warehouse`: the command line. One module for each theme; each makes its own Typer application."""

from __future__ import annotations

import resource
import sys
from typing import TYPE_CHECKING

import typer

from employment_warehouse.command import backups, files, nights, persons, queries, services, users
from employment_warehouse.command.options import HomeOption, console, select_home
from employment_warehouse.errors import UserError

if TYPE_CHECKING:
    import psycopg

LOST = ("08", "57P")  # SQLSTATEs of a connection that failed, or that the server has ended
MISUSED = 2  # exit code of a command line that cannot be understood

app = typer.Typer(
    name="warehouse",
    help="就业监测数据仓库 | Employment-monitoring warehouse",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=False,
)


@app.callback()
def choose_home(home: HomeOption = None) -> None:
    """就业监测数据仓库 | Employment-monitoring warehouse"""
    select_home(home)


for theme in (services, nights, backups, persons, queries, files):
    app.add_typer(theme.app)
app.add_typer(users.app, name="user")


def failure_of(error: psycopg.OperationalError) -> UserError:
    """The message for people: that the connection is lost, or what else the database could not do."""
    from employment_warehouse.database import describe

    if error.sqlstate is None or error.sqlstate.startswith(LOST):
        return UserError(
            "数据库没有应答或中断了连接 | the database does not answer, or has ended the connection",
            database=describe(error),
            todo="warehouse status",
        )
    return UserError("数据库未能执行 | the database could not carry this out", database=describe(error))


def main() -> None:
    """Run the command line; errors that the user can correct are shown without a traceback.

    Neither it nor what it starts leaves a core file, in which would be what the process had in memory.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        app()
    except UserError as error:
        console.print(str(error), style="red", markup=False)
        sys.exit(error.exit_code)
    except SystemExit as end:
        if end.code == MISUSED and len(sys.argv) > 1:  # Typer has said in English what is wrong with the line
            console.print("命令、选项或参数有误，未作任何操作；在命令后加 --help 可查看中英文用法。", style="red")
        raise
    except Exception as error:
        import psycopg  # loading it takes longer than most commands

        if not isinstance(error, psycopg.OperationalError):
            raise
        console.print(str(failure_of(error)), style="red", markup=False)
        sys.exit(1)
