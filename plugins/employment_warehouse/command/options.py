"""What the commands have in common: options, dates, and where messages go."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from employment_warehouse import settings
from employment_warehouse.settings import Home

# Messages go to standard error; standard output is for what was asked for: data, paths, the status.
console = Console(stderr=True, highlight=False, soft_wrap=True)
output = Console(highlight=False, soft_wrap=True)


def read_date(text: str) -> date:
    """An ISO date. Raises BadParameter with an example."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("应为 2024-05-01 这样的日期 | a date like 2024-05-01") from None


def read_month(text: str) -> date:
    """The first day of a month (`2024-05`). Raises BadParameter with an example."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise typer.BadParameter("应为 2024-05 这样的月份 | a month like 2024-05") from None


def select_home(folder: Path | None) -> None:
    """Say which folder is the home of this process and of those that it starts."""
    if folder is not None:
        os.environ["WAREHOUSE_HOME"] = str(folder.expanduser().absolute())


def use_home(folder: Path | None) -> Home:
    """Select a warehouse that exists. Raises UserError (`home_missing`)."""
    select_home(folder)
    return settings.existing_home()


def make_home(folder: Path | None) -> Home:
    """Select a warehouse; its home is created if there is none."""
    select_home(folder)
    return settings.current_home()


HomeOption = Annotated[
    Path | None, typer.Option("--home", help="数据仓库目录 | folder of the warehouse [WAREHOUSE_HOME]")
]


DateArgument = Annotated[date, typer.Argument(parser=read_date, metavar="DATE", help="报表日期 | report date")]


AsOption = Annotated[
    str | None, typer.Option("--as", metavar="NAME", help="以谁的名义登录 | who you are [PGUSER, PGSERVICE]")
]


PeopleOption = Annotated[int, typer.Option(help="人数 | people")]
