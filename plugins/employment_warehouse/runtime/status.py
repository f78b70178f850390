"""What runs, where its pages are, how to sign in, what was published last, and how to query."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import psycopg
from rich.cells import set_cell_size
from rich.console import Console

from employment_warehouse import database, publication, settings
from employment_warehouse.database import connect
from employment_warehouse.database.embedded import Server
from employment_warehouse.errors import UserError
from employment_warehouse.runtime.airflow_api import AirflowApi
from employment_warehouse.runtime.deployment import OPERATOR, Deployment, current, sign_in_file
from employment_warehouse.runtime.programs import OPERATOR_PASSWORD
from employment_warehouse.runtime.seclusion import is_possible
from employment_warehouse.runtime.service import Warehouse, responds
from employment_warehouse.runtime.signing_in import use_database
from employment_warehouse.settings import Home

EXAMPLE = 'sql "select * from marts.publications"'


def describe(home: Home, console: Console) -> None:
    """Write to the console what runs and where its pages are, a line for each fact."""
    deployment = current(home)
    lines = _embedded(deployment) if deployment.is_embedded else _on_server(deployment)
    for name, value in lines.items():
        console.print(f"{set_cell_size(name, 16)}{value}", markup=False)


def _embedded(deployment: Deployment) -> dict[str, str]:
    home, server = deployment.home, Server(deployment.home)
    states = Warehouse(home).states()
    lines = states | {"目录 home": str(home.root), "落地区 landing": settings.landing_zone()}
    if states["console"] != "stopped":
        lines["控制台 console"] = f"{deployment.console_url}（本人的数据库登录名 | your own login of the database）"
        if settings.console_url():
            port = deployment.console_listen[1]
            lines["代理 proxy"] = f"转到 127.0.0.1:{port} | forwards the console's address to this port"
    if states["api-server"] != "stopped":
        lines["Airflow"] = deployment.url
        lines["登录 sign-in"] = f"{OPERATOR}，口令在文件 {sign_in_file(home)} 中 | the password is in that file"
        if not is_possible():
            lines["隔离 seclusion"] = (
                "本机不允许用户命名空间，各进程可读取全部密钥 | none: no user namespaces on this machine"
            )
    if states["postgres"] != "stopped":
        lines |= _ledger(home)
        lines["查询 query"] = f"{_program()} {EXAMPLE}"
        lines["PostgreSQL"] = _clients("127.0.0.1", server.port)
    return lines


def _clients(host: str, port: int | str) -> str:
    """The connection parameters for psql and other clients."""
    return f"host={host} port={port} dbname=warehouse user=NAME（warehouse user add NAME）"


def _program() -> str:
    """How this command line is called from here: by its name where that is found, else by its path."""
    own = Path(sys.executable).with_name("warehouse")
    found = shutil.which("warehouse")
    return "warehouse" if found and Path(found).samefile(own) else str(own)


def _on_server(deployment: Deployment) -> dict[str, str]:
    states = AirflowApi(deployment).health() or {"api-server": "stopped"}
    states["console"] = "healthy" if responds(deployment) else "no answer"
    host, _, port = settings.variable("WAREHOUSE_DATABASE_LISTEN").rpartition(":")
    return states | {
        "控制台 console": deployment.console_url,
        "Airflow": deployment.url,
        "登录 sign-in": f"{OPERATOR}，口令为 {OPERATOR_PASSWORD} | the password is {OPERATOR_PASSWORD}",
        **_ledger(deployment.home),
        "查询 query": f"docker compose run --rm warehouse {EXAMPLE}",
        **({"PostgreSQL": _clients(host, port)} if port else {}),
    }


def _ledger(home: Home) -> dict[str, str]:
    """What is published, and from which date on nights are scheduled; or why neither is known."""
    try:
        use_database(home, "wh_watcher")
        with connect("wh_watcher") as connection:
            shown = publication.standing(connection)
            [first] = connection.execute("select ops.first_scheduled_date()").fetchone() or (None,)
    except psycopg.Error as error:
        return {"发布 published": database.describe(error)}
    except UserError as error:
        return {"发布 published": error.message}
    lines = {"发布 published": "—" if shown is None else f"{shown.report_date} (第 {shown.publication} 号 no.)"}
    if not settings.is_demonstration():
        lines["自动 scheduled"] = (
            f"自 {first} 起 | from {first} on" if first else "未开始 | not begun: warehouse begin DATE"
        )
    return lines
