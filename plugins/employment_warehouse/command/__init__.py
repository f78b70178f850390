"""`warehouse`: the command line. One module for each theme; each makes its own Typer application."""

from __future__ import annotations

import sys

import typer

from employment_warehouse.command import backups, files, nights, persons, queries, services, users
from employment_warehouse.command.options import HomeOption, console, use_home
from employment_warehouse.errors import UserError

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
    use_home(home)


for theme in (services, nights, backups, persons, queries, files):
    app.add_typer(theme.app)
app.add_typer(users.app, name="user")


def main() -> None:
    """Run the command line; errors that the user can correct are shown without a traceback."""
    try:
        app()
    except UserError as error:
        console.print(str(error), style="red", markup=False)
        sys.exit(error.exit_code)
