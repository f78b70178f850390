"""`warehouse user`: each person signs in as himself or herself."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from employment_warehouse.command.options import AsOption, HomeOption, console, select_home, use_home
from employment_warehouse.fixed_names import USER_ROLES

app = typer.Typer(
    help="用户：每人一个登录名。 | Users: each person signs in as himself or herself.", no_args_is_help=True
)


NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="用户名 | name of the user")]


AskOption = Annotated[bool, typer.Option("--ask", help="自己输入口令 | type the password yourself")]


@app.callback()
def choose_home_of_users(home: HomeOption = None) -> None:
    """用户：每人一个登录名。 | Users: each person signs in as himself or herself."""
    select_home(home)


def ask_password(asked: bool) -> str:
    """The password that a person types twice; '' if it is to be made."""
    return typer.prompt("口令 password", hide_input=True, confirmation_prompt=True, err=True) if asked else ""


@app.command("add")
def add_user(  # noqa: PLR0913, PLR0917  each an option
    wanted: NameArgument,
    role: Annotated[str, typer.Option(help=" · ".join(USER_ROLES))],
    county: Annotated[str | None, typer.Option(help="县市代码 | code of the county")] = None,
    ask: AskOption = False,
    name: AsOption = None,
    home: HomeOption = None,
) -> None:
    """新增用户，并显示其口令（仅此一次）。 | Make a login for one person; its password is shown once."""
    from employment_warehouse.runtime import signing_in, users

    signing_in.sign_in_or_administer(use_home(home), name)
    password = users.add(wanted, role, county, ask_password(ask))
    console.print(f"已新增用户 added: {wanted}", markup=False)
    if not ask:
        typer.echo(password)


@app.command("list")
def list_users(name: AsOption = None, home: HomeOption = None) -> None:
    """列出用户（CSV）。 | The users; CSV to standard output."""
    from employment_warehouse.database import OWN_LOGIN
    from employment_warehouse.runtime import querying, signing_in

    signing_in.sign_in_or_administer(use_home(home), name)
    querying.write_csv("select * from ops.user_login order by login", OWN_LOGIN, None, sys.stdout.buffer)


@app.command("disable")
def disable_user(wanted: NameArgument, name: AsOption = None, home: HomeOption = None) -> None:
    """停用用户并结束其会话。 | Close a login for good, and end its sessions."""
    from employment_warehouse.runtime import signing_in, users

    signing_in.sign_in_or_administer(use_home(home), name)
    users.disable(wanted)
    console.print(f"已停用用户 disabled: {wanted}", markup=False)


@app.command("password")
def change_password(
    wanted: NameArgument, ask: AskOption = False, name: AsOption = None, home: HomeOption = None
) -> None:
    """修改口令：本人，或操作员为他人。 | Change a password: your own, or as an operator another user's."""
    from employment_warehouse.runtime import signing_in, users

    signing_in.sign_in_or_administer(use_home(home), name)
    password = users.set_password(wanted, ask_password(ask))
    console.print(f"已修改口令 changed: {wanted}", markup=False)
    if not ask:
        typer.echo(password)
