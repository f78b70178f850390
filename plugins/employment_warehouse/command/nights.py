"""Nights, and what an operator decides about them."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Annotated

import typer

from employment_warehouse import settings
from employment_warehouse.command.options import (
    AsOption,
    DateArgument,
    HomeOption,
    console,
    read_date,
    read_month,
    use_home,
)
from employment_warehouse.errors import UserError

app = typer.Typer()


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


@app.command()
def begin(first_date: DateArgument, name: AsOption = None, home: HomeOption = None) -> None:
    """自该报表日期起自动运行夜间流程。 | Let scheduled nights run from this report date on."""
    from employment_warehouse import publication
    from employment_warehouse.runtime import signing_in

    signing_in.sign_in(use_home(home), name)
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
    """经 Airflow 运行某日的夜间流程并等待。 | Run one night through Airflow and wait.

    退出码 exit code: 0 已发布 published · 3 暂扣 held by a gate · 1 失败 failed
    """
    from employment_warehouse.runtime import nights, signing_in
    from employment_warehouse.runtime.night_summary import night_summary

    chosen, now = use_home(home), datetime.now(settings.TIMEZONE)
    nights.assert_not_future(report_date, now)
    if not yes and (last := nights.last_due(report_date, now)):
        confirm_early_night(report_date, last)
    ended = nights.run_night(signing_in.use_database(chosen, "wh_watcher"), report_date, console)
    for line in night_summary(ended, chosen):
        console.print(line, markup=False)
    raise typer.Exit(ended.exit_code)


@app.command()
def rollback(
    publication: Annotated[int, typer.Argument(help="发布号 | number of the publication")],
    reason: Annotated[str, typer.Option(help="理由 | why")],
    withdraw: Annotated[
        list[int] | None,
        typer.Option(metavar="DELIVERY", help="作废的报送编号，可多次 | a delivery to withdraw; repeatable"),
    ] = None,
    name: AsOption = None,
    home: HomeOption = None,
) -> None:
    """撤回某次及其后的发布，并作废出错的报送。 | Take back a publication and every later one.

    作废的报送不再使用，对其中各行的更正也随之作废；其余报送由下次汇总重新采用，暂扣的也重新检查。
    Withdrawn deliveries are never used again, nor are the corrections of their rows; the others are offered to the
    next night, also those that were held.
    """
    from employment_warehouse import publication as publications
    from employment_warehouse.runtime import nights, signing_in

    signing_in.sign_in(use_home(home), name)
    signing_in.use_database(use_home(home), "wh_watcher")
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
    from employment_warehouse.runtime import signing_in

    signing_in.sign_in(use_home(home), name)
    final = publications.close_month(month)
    console.print(f"已结账 closed: {month:%Y-%m}；终版为第 {final} 号发布 final in publication {final}", markup=False)
    console.print(
        "下一步 next: 该月是最近一个完整月份的，下一次发布之前在 Airflow 中运行 report_monthly，即出终版通报 |"
        " where it is the last complete month, run report_monthly in Airflow before the next publication:"
        " its bulletin is final then",
        markup=False,
    )


@app.command()
def release(
    reason: Annotated[str, typer.Option(help="理由 | why")],
    build: Annotated[int | None, typer.Option(help="被暂扣的汇总的编号 | build of a held night")] = None,
    delivery: Annotated[int | None, typer.Option(help="暂扣的报送编号 | number of a held delivery")] = None,
    name: AsOption = None,
    home: HomeOption = None,
) -> None:
    """放行被暂扣的汇总（立即发布）或一份报送。 | Let through a held night, or a held delivery."""
    from employment_warehouse import publication
    from employment_warehouse.runtime import signing_in

    if (build is None) == (delivery is None):
        raise typer.BadParameter("--build 或 --delivery 之一 | one of --build and --delivery")
    signing_in.sign_in(use_home(home), name)
    if build is not None:
        console.print(f"已发布 published: {publication.release_night(build, reason)}", markup=False)
    elif delivery is not None:
        released = ", ".join(map(str, publication.release_delivery(delivery, reason)))
        console.print(f"已放行 released: {released}；下一步 next: warehouse night DATE", markup=False)


@app.command()
def waive(
    case: Annotated[tuple[str, str, str], typer.Argument(help="类别 线索 编号 | its case_kind, finding and case_key")],
    until: Annotated[date, typer.Option(parser=read_date, metavar="DATE", help="豁免至 | last day of the waiver")],
    reason: Annotated[str, typer.Option(help="理由 | why")],
    name: AsOption = None,
    home: HomeOption = None,
) -> None:
    """在限期内豁免一个未结事项（仍未结，另行计数）。 | Waive an open case until a date.

    类别、线索和编号见 marts.finding_case；自下一次发布起显示。
    Kind, finding and key are those of marts.finding_case; shown from the next publication on.
    """
    from employment_warehouse import publication
    from employment_warehouse.runtime import signing_in

    signing_in.sign_in(use_home(home), name)
    since = publication.waive_case(case, until, reason)
    console.print(f"已豁免 waived: {case[-1]}，{since} – {until}", markup=False)


@app.command()
def acts(home: HomeOption = None) -> None:
    """操作记录：何人何时作了什么决定、为什么（CSV）。 | Who decided what, when and why; CSV to standard output."""
    from employment_warehouse.runtime import querying, signing_in

    signing_in.use_database(use_home(home), "wh_watcher")
    querying.write_csv("select * from ops.act order by act", "wh_watcher", None, sys.stdout.buffer)
