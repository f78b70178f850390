"""Files of feeds: generated, read, and as blank templates."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from employment_warehouse.command.options import HomeOption, PeopleOption, console, make_home

app = typer.Typer()


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="写到哪里 | folder to write to")],
    people: PeopleOption = 2_000,
    nights: Annotated[int, typer.Option(min=1, max=400, help="夜数 | nights")] = 3,
    seed: Annotated[int, typer.Option(help="随机种子 | seed")] = 1,
    home: HomeOption = None,
) -> None:
    """生成演示数据（无真实人员）。 | Generate demonstration feeds; no real person is in them."""
    from employment_warehouse import demonstration

    make_home(home)
    manifest = demonstration.generate(folder, people=people, nights=nights, seed=seed)
    console.print(f"{folder}: {len(manifest.deliveries)} 份报送 deliveries", markup=False)


@app.command()
def read(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX, XLS, zip, gz")],
    feed: Annotated[str | None, typer.Option(help="按该表的数据契约检查 | check against this feed's contract")] = None,
    home: HomeOption = None,
) -> None:
    """显示读到的表（UTF-8 CSV），不需要数据库。 | Show a file as the reader understands it; needs no database."""
    from employment_warehouse.runtime import file_preview

    make_home(home)
    if feed is None:
        file_preview.show_table(file, sys.stdout.buffer, console)
    else:
        file_preview.show_checks(file, feed, sys.stdout)


@app.command()
def template(
    feed: Annotated[str, typer.Argument(help="表名，如 labor_register | name of a feed")],
    folder: Annotated[Path, typer.Option("--into", help="写到哪里 | folder to write to")] = Path(),
    home: HomeOption = None,
) -> None:
    """写出一张表的空白模板（XLSX）。 | Write the blank template of a feed."""
    from employment_warehouse.contract import write_template

    make_home(home)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{feed}.xlsx"
    write_template(feed, path)
    typer.echo(path)
