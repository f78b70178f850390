"""Queries, models to try out, and their documentation."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated

import typer

from employment_warehouse.command.options import AsOption, HomeOption, console, read_date, use_home

app = typer.Typer()


@app.command()
def sql(  # noqa: PLR0913, PLR0917  each an option
    query: Annotated[str, typer.Argument(help="一条查询 | one query")],
    role: Annotated[str, typer.Option(help="以何角色 | as which role")] = "wh_reporter",
    as_of: Annotated[
        date | None, typer.Option(parser=read_date, metavar="DATE", help="按该日发布版本 | as published for that date")
    ] = None,
    tonight: Annotated[bool, typer.Option("--tonight", help="正在汇总的结果 | the build in progress")] = False,
    name: AsOption = None,
    home: HomeOption = None,
) -> None:
    """以本人（未登录时以分析员）身份查询，结果为 CSV。 | Query as yourself, else as an analyst; CSV."""
    from employment_warehouse.database import OWN_LOGIN
    from employment_warehouse.runtime import querying, signing_in

    if tonight:
        signing_in.use_database(use_home(home), "wh_gate")
        querying.write_tonight(query, sys.stdout.buffer)
    elif signing_in.own_login(name):
        signing_in.sign_in(use_home(home), name)
        querying.write_csv(query, OWN_LOGIN, as_of, sys.stdout.buffer)
    else:
        signing_in.use_database(use_home(home), role)
        querying.write_csv(query, role, as_of, sys.stdout.buffer)


@app.command()
def dbt(
    arguments: Annotated[list[str], typer.Argument(help="build -s MODEL")],
    home: HomeOption = None,
) -> None:
    """试算模型，不影响发布：`warehouse dbt -- build -s MODEL` | Build models outside a night, to try them out."""
    from employment_warehouse.runtime import scratch_build, signing_in

    signing_in.use_database(use_home(home), "wh_publisher", "wh_transformer")
    scratch_build.run_dbt(arguments, console)


@app.command()
def docs(home: HomeOption = None) -> None:
    """写出监测表说明：含义、口径、血缘（一个离线网页）。 | Write the documentation of all models, with lineage."""
    from employment_warehouse import transform
    from employment_warehouse.runtime import signing_in

    signing_in.use_database(use_home(home), "wh_transformer")
    console.print(str(transform.write_docs()), markup=False)
