"""Identities: shown to a case worker, erased, wrapped with another key."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Annotated
from uuid import UUID

import typer

from employment_warehouse.command.options import AsOption, HomeOption, console, use_home

app = typer.Typer()


@app.command()
def reveal(
    person: Annotated[UUID, typer.Argument(help="人员代号 | token of the person")],
    purpose: Annotated[str, typer.Option(help="用途 | what for")],
    name: AsOption = None,
    home: HomeOption = None,
) -> None:
    """向本县市经办人显示一人的身份，并登记。 | Show a case worker one person of the county, on the record."""
    from employment_warehouse.runtime import revealing, signing_in

    signing_in.sign_in(use_home(home), name)
    for part, value in revealing.reveal(person, purpose).items():
        typer.echo(f"{part},{value}")


@app.command()
def erase(
    reason: Annotated[str, typer.Option(help="理由，不含个人号码 | why; no personal number")],
    person_key: Annotated[
        UUID | None, typer.Option(help="人员代号；不给时从标准输入读身份证号 | instead of the ID number")
    ] = None,
    name: AsOption = None,
    home: HomeOption = None,
) -> None:
    """依法删除一人的信息；身份证号从标准输入读取。 | Erase a person (PIPL art. 47); the ID number is read from stdin.

    从密存区、存档、退回行和各次发布中删除；已发布的合计数不变。再报送此人的行退回县市。
    """
    from employment_warehouse import landing
    from employment_warehouse.runtime import signing_in, steps

    signing_in.sign_in(use_home(home), name)
    signing_in.use_database(use_home(home), "wh_loader", "wh_returner", "wh_publisher")
    if person_key is not None:
        number = landing.ask_erasure_by_key(person_key, reason)
    else:
        typed = getpass("身份证号 ID number: ") if sys.stdin.isatty() else sys.stdin.readline()
        number = landing.ask_erasure(typed.strip(), reason)
    erasures = landing.erase_asked()
    console.print(f"第 {number} 号删除已完成 | erasure {number} is complete", markup=False)
    for line in erasures.left:
        console.print(f"落地区 landing zone: {line}", markup=False)
    steps.forget_erased(erasures.touched)


@app.command("rotate-keys")
def rotate_keys(name: AsOption = None, home: HomeOption = None) -> None:
    """更换封存密钥；不影响读者，可中断后重来。 | Replace the wrapping key; readers go on, and it can be repeated."""
    from employment_warehouse.runtime import rotation, signing_in

    signing_in.sign_in_or_administer(use_home(home), name)
    console.print(rotation.rotate_keys(), markup=False)
