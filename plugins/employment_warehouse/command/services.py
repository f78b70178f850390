"""Starting, stopping and watching a warehouse, and the programs of one on a server."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from employment_warehouse import settings
from employment_warehouse.command.options import HomeOption, PeopleOption, console, make_home, output, use_home

app = typer.Typer()


@app.command()
def up(home: HomeOption = None) -> None:
    """启动数据库、控制台与 Airflow，保持运行。 | Start the database, the console and Airflow; leave them running."""
    from employment_warehouse.runtime import ports, service, status

    chosen = make_home(home)
    before = ports.ports(chosen)
    with console.status("启动中 | starting"):
        service.up(chosen)
    for sentence in ports.moved(chosen, before):
        console.print(sentence, style="yellow", markup=False)
    status.describe(chosen, console)


@app.command()
def down(home: HomeOption = None) -> None:
    """停止全部进程。 | Stop everything; no process, socket or lock remains."""
    from employment_warehouse.runtime import service

    with console.status("停止中 | stopping"):
        service.down(use_home(home))


@app.command("status")
def show_status(home: HomeOption = None) -> None:
    """各进程、页面地址与查询方法。 | Processes, addresses, and how to query."""
    from employment_warehouse.runtime import status

    status.describe(use_home(home), output)


@app.command()
def migrate(home: HomeOption = None) -> None:
    """更新数据库结构与种子表。 | Bring the schema and the seed tables up to date."""
    from employment_warehouse.runtime import service

    for name in service.migrate_database(make_home(home)):
        console.print(name, markup=False)


@app.command()
def watch(
    send: Annotated[
        bool, typer.Option("--send", help="新的异常发往提醒的通道 | send what is new to WAREHOUSE_ALERT_URLS")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Airflow 之外的值守检查：供 cron 或 systemd 调用，有事退出码为 1。 | Dead-man check, for cron or systemd."""
    from employment_warehouse.runtime import watch_sending, watching

    chosen = use_home(home)
    found = watching.scan(chosen, datetime.now(settings.TIMEZONE))
    for problem in found:
        console.print(problem, style="red", markup=False)
    for channel in watch_sending.send_new(chosen, found) if send else []:
        console.print(f"未能发送：{channel} | this channel did not take it", style="red", markup=False)
    raise typer.Exit(1 if found else 0)


@app.command(hidden=True)
def demonstrate(people: PeopleOption = 2_000, home: HomeOption = None) -> None:
    """`make run`：生成演示数据并逐日运行夜间流程。 | Generate feeds in the home and run their nights."""
    from employment_warehouse.runtime import demonstration

    demonstration.demonstrate(make_home(home), people, console)


@app.command(hidden=True)
def serve(
    program: Annotated[
        str,
        typer.Argument(help="init · api-server · scheduler · dag-processor · triggerer · console · uploads · celery-…"),
    ],
    home: HomeOption = None,
) -> None:
    """服务器部署的一个程序。 | One program of a deployment on a server."""
    from employment_warehouse.runtime import serving

    serving.serve(make_home(home), program)


@app.command(hidden=True)
def health(
    program: Annotated[
        str, typer.Argument(help="api-server · scheduler · dag-processor · triggerer · console · uploads · celery-…")
    ],
    home: HomeOption = None,
) -> None:
    """容器健康检查：正常时退出码为 0。 | Health check of a container: exit code 0 if healthy."""
    from employment_warehouse.runtime import serving

    serving.check_health(use_home(home), program)


@app.command(hidden=True)
def secrets(
    folder: Annotated[Path, typer.Argument(help="写到哪里 | folder to write to")], home: HomeOption = None
) -> None:
    """写出服务器部署的一套新密钥，每个一个文件；已有的不变。 | Write new secrets for a server, one file each."""
    from employment_warehouse.runtime import serving

    make_home(home)
    for name in serving.write_secrets(folder):
        console.print(name, markup=False)
