"""`warehouse`: the command line."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from getpass import getpass
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from employment_warehouse import settings
from employment_warehouse.errors import UserError
from employment_warehouse.settings import Home

app = typer.Typer(
    name="warehouse",
    help="就业监测数据仓库 | Employment-monitoring warehouse",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=False,
)
# Messages go to standard error; standard output is for data only.
console = Console(stderr=True, highlight=False, soft_wrap=True)


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


def use_home(folder: Path | None) -> Home:
    """Select the warehouse of this process and of those that it starts."""
    if folder is not None:
        os.environ["WAREHOUSE_HOME"] = str(folder.expanduser().absolute())
    return settings.current_home()


def confirm_early_night(report_date: date, last_due: datetime) -> None:
    """Ask before a night that reports as missing what is not due yet. Raises UserError where nobody answers."""
    question = (
        f"{report_date} 的报表到 {last_due:%H:%M} 才到期：现在运行，未到的都记为未报，且不能再运行更早的日期。继续？ | "
        f"Reports of {report_date} are due by {last_due:%H:%M}. A night now reports those that have not arrived as "
        "missing, and earlier dates can no longer be run. Continue?"
    )
    try:
        agreed = typer.confirm(question, err=True)
    except typer.Abort:
        raise UserError(
            f"{report_date} 的报表尚未到期 | reports of {report_date} are not due yet",
            code="not_due_yet",
            expected=f"{last_due:%Y-%m-%d %H:%M} or later",
            todo="run it later, or now with `--yes`",
        ) from None
    if not agreed:
        raise typer.Exit(1)


HomeOption = Annotated[
    Path | None, typer.Option("--home", help="数据仓库目录 | folder of the warehouse [WAREHOUSE_HOME]")
]
DateArgument = Annotated[date, typer.Argument(parser=read_date, metavar="DATE", help="报表日期 | report date")]
AsOption = Annotated[
    str | None, typer.Option("--as", metavar="NAME", help="以谁的名义登录 | who you are [PGUSER, PGSERVICE]")
]
PeopleOption = Annotated[int, typer.Option(min=100, max=1_500_000, help="人数 | people")]


@app.callback()
def choose_home(home: HomeOption = None) -> None:
    """就业监测数据仓库 | Employment-monitoring warehouse"""
    use_home(home)


@app.command()
def up(home: HomeOption = None) -> None:
    """启动数据库与 Airflow，保持运行。 | Start the database and Airflow, and leave them running."""
    from employment_warehouse.runtime import service, status

    chosen = use_home(home)
    with console.status("启动中 | starting"):
        service.up(chosen)
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

    status.describe(use_home(home), console)


@app.command()
def migrate(home: HomeOption = None) -> None:
    """更新数据库结构与种子表。 | Bring the schema and the seed tables up to date."""
    from employment_warehouse.runtime import service

    for name in service.migrate_database(use_home(home)):
        console.print(name, markup=False)


@app.command()
def begin(first_date: DateArgument, name: AsOption = None, home: HomeOption = None) -> None:
    """自该报表日期起自动运行夜间流程。 | Let scheduled nights run from this report date on."""
    from employment_warehouse import publication
    from employment_warehouse.runtime import deployment

    deployment.sign_in(use_home(home), name)
    publication.begin_nights(first_date)
    console.print(f"自动夜间流程自 {first_date} 起运行 | scheduled nights run from {first_date} on", markup=False)


@app.command()
def night(
    report_date: DateArgument,
    yes: Annotated[
        bool, typer.Option("--yes", help="报送期限未到也不询问 | do not ask before reports are due")
    ] = False,
    home: HomeOption = None,
) -> None:
    """经 Airflow 运行一晚并等待。 | Run one night through Airflow and wait.

    退出码 exit code: 0 已发布 published · 3 暂扣 held by a gate · 1 失败 failed
    """
    from employment_warehouse.runtime import deployment, nights

    chosen, now = use_home(home), datetime.now(settings.TIMEZONE)
    nights.assert_not_future(report_date, now)
    if not yes and (last := nights.last_due(report_date, now)):
        confirm_early_night(report_date, last)
    ended = nights.run_night(deployment.use_database(chosen, "wh_watcher"), report_date, console)
    console.print(
        f"{ended.report_date}  {ended.status}  build {ended.build or '—'}  {ended.reason or ''}", markup=False
    )
    raise typer.Exit(ended.exit_code)


@app.command()
def rollback(
    publication: Annotated[int, typer.Argument(help="发布编号 | number of the publication")],
    reason: Annotated[str, typer.Option(help="理由 | why")],
    withdraw: Annotated[
        list[int] | None,
        typer.Option(metavar="DELIVERY", help="作废的报送编号，可多次 | a delivery to withdraw; repeatable"),
    ] = None,
    name: AsOption = None,
    home: HomeOption = None,
) -> None:
    """撤回某次及其后的发布，并作废出错的报送。 | Take back a publication and every later one.

    作废的报送不再使用；其余报送由下一晚重新采用。
    Withdrawn deliveries are never used again; the others are offered to the next night.
    """
    from employment_warehouse import publication as publications
    from employment_warehouse.runtime import deployment, nights

    deployment.sign_in(use_home(home), name)
    deployment.use_database(use_home(home), "wh_watcher")
    shown = publications.roll_back(publication, withdraw or [], reason)
    standing = "—" if shown is None else f"第 {shown} 号 no. {shown}，{nights.standing_date()}"
    console.print(f"已撤回 rolled back: {publication}；现行发布 now shown: {standing}", markup=False)
    console.print("下一步 next: warehouse night DATE", markup=False)


@app.command("close-month")
def close_month(
    month: Annotated[date, typer.Argument(parser=read_month, metavar="MONTH", help="月份，如 2024-05 | month")],
    name: AsOption = None,
    home: HomeOption = None,
) -> None:
    """结账：现行发布即为该月终版，此后的变动都是修订。 | Close a month: the standing publication is final for it."""
    from employment_warehouse import publication as publications
    from employment_warehouse.runtime import deployment

    deployment.sign_in(use_home(home), name)
    final = publications.close_month(month)
    console.print(f"已结账 closed: {month:%Y-%m}；终版为第 {final} 号发布 final in publication {final}", markup=False)


KeysOption = Annotated[
    Path | None, typer.Option("--keys", help="密钥另存的目录 | folder of the keys, apart from the backup")
]
BackupArgument = Annotated[Path, typer.Argument(metavar="DIR", help="备份目录 | folder of backups")]


@app.command()
def backup(
    folder: BackupArgument,
    keys: KeysOption = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="验证最近的备份能恢复 | prove that the newest can be restored")
    ] = False,
    keep: Annotated[int, typer.Option(min=1, help="保留最近几次 | how many to keep")] = 14,
    home: HomeOption = None,
) -> None:
    """备份，夜间流程运行时也可；首次备份后持续保存数据库日志。 | Back up, also while nights run."""
    from employment_warehouse.runtime import backup as backups

    chosen = use_home(home)
    if verify:
        proved = backups.verify(folder.absolute(), keys and keys.absolute())
        console.print(
            f"可以恢复 can be restored: {proved.folder}，第 {proved.standing} 号 no. {proved.standing}", markup=False
        )
    else:
        made = backups.back_up(chosen, folder.absolute(), keys and keys.absolute(), keep)
        console.print(f"已备份 backed up: {made.folder}，第 {made.standing} 号 no. {made.standing}", markup=False)


@app.command()
def restore(
    folder: BackupArgument,
    keys: KeysOption = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="MOMENT", help="恢复到某次发布之后或某时刻 | a publication, or a time: 57, 2026-12-01T03:00"
        ),
    ] = None,
    database: Annotated[
        Path | None, typer.Option(help="数据库目录（服务器部署） | data folder of the database (on a server)")
    ] = None,
    home: HomeOption = None,
) -> None:
    """从备份恢复到一个新目录（--home）。 | Restore a backup into a new home (--home)."""
    from employment_warehouse.runtime import backup as backups

    try:
        moment = None if until is None else backups.read_moment(until)
    except ValueError:
        raise typer.BadParameter("应为发布编号或时间 | a publication or a time: 57, 2026-12-01T03:00") from None
    restored = backups.restore(use_home(home), folder.absolute(), keys and keys.absolute(), moment, database)
    console.print(f"已恢复 restored: {restored.folder}", markup=False)


@app.command()
def release(
    reason: Annotated[str, typer.Option(help="理由 | why")],
    build: Annotated[int | None, typer.Option(help="暂扣的一晚的汇总编号 | build of a held night")] = None,
    delivery: Annotated[int | None, typer.Option(help="暂扣的报送编号 | number of a held delivery")] = None,
    name: AsOption = None,
    home: HomeOption = None,
) -> None:
    """放行被暂扣的一晚（立即发布）或一份报送。 | Let through a held night, or a held delivery."""
    from employment_warehouse import publication
    from employment_warehouse.runtime import deployment

    if (build is None) == (delivery is None):
        raise typer.BadParameter("--build 或 --delivery 之一 | one of --build and --delivery")
    deployment.sign_in(use_home(home), name)
    if build is not None:
        console.print(f"已发布 published: {publication.release_night(build, reason)}", markup=False)
    elif delivery is not None:
        released = ", ".join(map(str, publication.release_delivery(delivery, reason)))
        console.print(f"已放行 released: {released}；下一步 next: warehouse night DATE", markup=False)


@app.command()
def acts(home: HomeOption = None) -> None:
    """操作记录：何人何时作了什么决定、为什么（CSV）。 | Who decided what, when and why; CSV to standard output."""
    from employment_warehouse.runtime import analyst, deployment

    deployment.use_database(use_home(home), "wh_watcher")
    analyst.write_csv("select * from ops.act order by act", "wh_watcher", None, sys.stdout.buffer)


@app.command()
def waive(
    case: Annotated[tuple[str, str, str], typer.Argument(help="类别 线索 编号 | its case_kind, finding and case_key")],
    until: Annotated[date, typer.Option(parser=read_date, metavar="DATE", help="豁免至 | last day of the waiver")],
    reason: Annotated[str, typer.Option(help="理由 | why")],
    name: AsOption = None,
    home: HomeOption = None,
) -> None:
    """在限期内豁免一个未结个案（仍未结，另行计数）。 | Waive an open case until a date.

    类别、线索和编号见 marts.finding_case；自下一次发布起显示。
    Kind, finding and key are those of marts.finding_case; shown from the next publication on.
    """
    from employment_warehouse import publication
    from employment_warehouse.runtime import deployment

    deployment.sign_in(use_home(home), name)
    since = publication.waive_case(case, until, reason)
    console.print(f"已豁免 waived: {case[-1]}，{since} – {until}", markup=False)


@app.command()
def erase(
    reason: Annotated[str, typer.Option(help="理由，不含个人号码 | why; no number of a person")],
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
    from employment_warehouse.runtime import deployment, steps

    deployment.sign_in(use_home(home), name)
    deployment.use_database(use_home(home), "wh_loader", "wh_returner")
    if person_key is not None:
        number = landing.ask_by_key(person_key, reason)
    else:
        typed = getpass("身份证号 ID number: ") if sys.stdin.isatty() else sys.stdin.readline()
        number = landing.ask(typed.strip(), reason)
    steps.erase_persons()
    console.print(f"第 {number} 号删除已完成 | erasure {number} is complete", markup=False)


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
    from employment_warehouse.runtime import analyst, deployment

    if tonight:
        deployment.use_database(use_home(home), "wh_gate")
        analyst.write_tonight(query, sys.stdout.buffer)
    elif deployment.own_login(name):
        deployment.sign_in(use_home(home), name)
        analyst.write_csv(query, OWN_LOGIN, as_of, sys.stdout.buffer)
    else:
        deployment.use_database(use_home(home), role)
        analyst.write_csv(query, role, as_of, sys.stdout.buffer)


@app.command()
def reveal(
    person: Annotated[UUID, typer.Argument(help="人员代号 | token of the person")],
    purpose: Annotated[str, typer.Option(help="用途 | what for")],
    name: AsOption = None,
    home: HomeOption = None,
) -> None:
    """向本县市经办人显示一人的身份，并登记。 | Show a case worker one person of the county, on the record."""
    from employment_warehouse.runtime import case_work, deployment

    deployment.sign_in(use_home(home), name)
    for part, value in case_work.reveal(person, purpose).items():
        typer.echo(f"{part},{value}")


@app.command("rotate-keys")
def rotate_keys(name: AsOption = None, home: HomeOption = None) -> None:
    """更换封存密钥；不影响读者，可中断后重来。 | Replace the wrapping key; readers go on, and it can be repeated."""
    from employment_warehouse.runtime import deployment, rotation

    deployment.sign_in_or_administer(use_home(home), name)
    console.print(rotation.rotate_keys(), markup=False)


user_app = typer.Typer(
    help="用户：每人一个登录名。 | Users: each person signs in as himself or herself.", no_args_is_help=True
)
app.add_typer(user_app, name="user")
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="用户名 | name of the user")]
AskOption = Annotated[bool, typer.Option("--ask", help="自己输入口令 | type the password yourself")]


@user_app.callback()
def choose_home_of_users(home: HomeOption = None) -> None:
    """用户：每人一个登录名。 | Users: each person signs in as himself or herself."""
    use_home(home)


def ask_password(asked: bool) -> str:
    """The password that a person types twice; '' if it is to be made."""
    return typer.prompt("口令 password", hide_input=True, confirmation_prompt=True, err=True) if asked else ""


@user_app.command("add")
def add_user(  # noqa: PLR0913, PLR0917  each an option
    wanted: NameArgument,
    role: Annotated[str, typer.Option(help="operator · analyst · county · caseworker · auditor")],
    county: Annotated[str | None, typer.Option(help="县市代码 | code of the county")] = None,
    ask: AskOption = False,
    name: AsOption = None,
    home: HomeOption = None,
) -> None:
    """新增用户，并显示其口令（仅此一次）。 | Make a login for one person; its password is shown once."""
    from employment_warehouse.runtime import deployment, users

    deployment.sign_in_or_administer(use_home(home), name)
    password = users.add(wanted, role, county, ask_password(ask))
    console.print(f"已新增用户 added: {wanted}", markup=False)
    if not ask:
        typer.echo(password)


@user_app.command("list")
def list_users(name: AsOption = None, home: HomeOption = None) -> None:
    """列出用户（CSV）。 | The users; CSV to standard output."""
    from employment_warehouse.database import OWN_LOGIN
    from employment_warehouse.runtime import analyst, deployment

    deployment.sign_in_or_administer(use_home(home), name)
    analyst.write_csv("select * from ops.user_login order by login", OWN_LOGIN, None, sys.stdout.buffer)


@user_app.command("disable")
def disable_user(wanted: NameArgument, name: AsOption = None, home: HomeOption = None) -> None:
    """停用用户并结束其会话。 | Close a login for good, and end its sessions."""
    from employment_warehouse.runtime import deployment, users

    deployment.sign_in_or_administer(use_home(home), name)
    users.disable(wanted)
    console.print(f"已停用用户 disabled: {wanted}", markup=False)


@user_app.command("password")
def change_password(
    wanted: NameArgument, ask: AskOption = False, name: AsOption = None, home: HomeOption = None
) -> None:
    """修改口令：本人，或操作员为他人。 | Change a password: your own, or as an operator another user's."""
    from employment_warehouse.runtime import deployment, users

    deployment.sign_in_or_administer(use_home(home), name)
    password = users.set_password(wanted, ask_password(ask))
    console.print(f"已修改口令 changed: {wanted}", markup=False)
    if not ask:
        typer.echo(password)


@app.command()
def dbt(
    arguments: Annotated[list[str], typer.Argument(help="build -s MODEL")],
    home: HomeOption = None,
) -> None:
    """试算模型，不影响发布：`warehouse dbt -- build -s MODEL` | Build models outside a night, to try them out."""
    from employment_warehouse.runtime import deployment, engineer

    deployment.use_database(use_home(home), "wh_publisher", "wh_transformer")
    engineer.run_dbt(arguments, console)


@app.command()
def docs(home: HomeOption = None) -> None:
    """写出监测表说明：含义、口径、血缘（一个离线网页）。 | Write the documentation of all models, with lineage."""
    from employment_warehouse import transform
    from employment_warehouse.runtime import deployment

    deployment.use_database(use_home(home), "wh_transformer")
    console.print(str(transform.write_docs()), markup=False)


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

    use_home(home)
    made = demonstration.generate(folder, people=people, nights=nights, seed=seed)
    console.print(f"{folder}: {len(made.deliveries)} 份报送 deliveries", markup=False)


@app.command()
def read(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX, XLS, zip, gz")],
    feed: Annotated[str | None, typer.Option(help="按该表的约定检查 | check against this feed's contract")] = None,
    home: HomeOption = None,
) -> None:
    """显示读到的表（UTF-8 CSV），不需要数据库。 | Show a file as the reader understands it; needs no database."""
    from employment_warehouse.runtime import clerk

    use_home(home)
    if feed is None:
        clerk.show_table(file, sys.stdout.buffer, console)
    else:
        clerk.show_checks(file, feed, sys.stdout)


@app.command()
def template(
    feed: Annotated[str, typer.Argument(help="表名，如 labor_register | name of a feed")],
    folder: Annotated[Path, typer.Option("--into", help="写到哪里 | folder to write to")] = Path(),
    home: HomeOption = None,
) -> None:
    """写出一张表的空白模板（XLSX）。 | Write the blank template of a feed."""
    from employment_warehouse.contract import blank_form

    use_home(home)
    path = folder / f"{feed}.xlsx"
    blank_form.template(feed, path)
    typer.echo(path)


@app.command()
def watch(home: HomeOption = None) -> None:
    """Airflow 之外的看守：供 cron 或 systemd 调用，有事退出码为 1。 | Dead-man check, for cron or systemd."""
    from employment_warehouse.runtime import watching

    found = watching.scan(use_home(home), datetime.now(settings.TIMEZONE))
    for trouble in found:
        console.print(trouble, style="red", markup=False)
    raise typer.Exit(1 if found else 0)


@app.command(hidden=True)
def demonstrate(people: PeopleOption = 2_000, home: HomeOption = None) -> None:
    """`make run`：生成演示数据并运行各晚。 | Generate feeds in the home and run their nights."""
    from employment_warehouse.runtime import demonstration

    demonstration.demonstrate(use_home(home), people, console)


@app.command(hidden=True)
def serve(
    part: Annotated[str, typer.Argument(help="init · api-server · scheduler · dag-processor · triggerer")],
    home: HomeOption = None,
) -> None:
    """服务器部署的一个部分。 | One part of a deployment on a server."""
    from employment_warehouse.runtime import serving

    serving.serve(use_home(home), part)


@app.command(hidden=True)
def health(
    part: Annotated[str, typer.Argument(help="api-server · scheduler · dag-processor · triggerer")],
    home: HomeOption = None,
) -> None:
    """容器健康检查：正常时退出码为 0。 | Health check of a container: exit code 0 if healthy."""
    from employment_warehouse.runtime import serving

    serving.check_health(use_home(home), part)


@app.command(hidden=True)
def secrets(
    folder: Annotated[Path, typer.Argument(help="写到哪里 | folder to write to")], home: HomeOption = None
) -> None:
    """写出服务器部署的一套新密钥，每个一个文件；已有的不变。 | Write new secrets for a server, one file each."""
    from employment_warehouse.runtime import serving

    use_home(home)
    for name in serving.write_secrets(folder):
        console.print(name, markup=False)


def main() -> None:
    """Run the command line; errors that the user can correct are shown without a traceback."""
    try:
        app()
    except UserError as error:
        console.print(str(error), style="red", markup=False)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
