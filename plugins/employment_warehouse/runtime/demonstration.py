"""`make run`: a whole warehouse with generated feeds, its nights run one after the other."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import psycopg
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from employment_warehouse import demonstration, publication
from employment_warehouse.database import connect
from employment_warehouse.demonstration import FILE_NAME, Manifest
from employment_warehouse.errors import UserError
from employment_warehouse.fixed_names import REPORTS
from employment_warehouse.runtime import deployment, nights, service, signing_in, status
from employment_warehouse.settings import Home
from employment_warehouse.workbook_style import width_of

QUERIES = Path(__file__).with_name("queries")
MART_QUERIES = ("months", "cases")
MONTH_ENDS = demonstration.FIRST_DATE.month - 1
"""From January on, so that the figures of months have a history."""


def demonstrate(home: Home, people: int, console: Console) -> None:
    """Set up, generate, run the nights that are not published yet, and show the results.

    Leaves the warehouse running. Raises UserError (`night_not_published`) if a night is not published.
    """
    with console.status(f"生成演示数据 | generating feeds of {people:,} people"):
        manifest = _generate_once(home, people)
    with console.status("数据库 | database"):
        service.migrate_database(home)
        signing_in.administer(home)
        if publication.newest_build() == 0:  # a rule is decided from a date that no night has used
            _confirm_rules(manifest)
    console.print(f"演示数据 feeds: {manifest.people:,} 人 people, {len(manifest.nights)} 晚 nights")
    with console.status("启动 Airflow | starting Airflow"):
        service.up(home)
    for night in manifest.nights:
        published = nights.standing_date()
        if published is not None and night <= published:
            console.print(f"{night} 已发布 | already published")
            continue
        demonstration.arrive(home.demonstration, night)
        ended = nights.run_night(deployment.embedded(home), night, console)
        if ended.exit_code:
            raise UserError(
                f"{night} 未发布 | the night was not published: {ended.status}",
                code="night_not_published",
                found=ended.reason or "",
                todo="`.venv/bin/warehouse status` shows Airflow's address: its page has the log of the failed step",
                exit_code=ended.exit_code,
            )
    for product in sorted(REPORTS.keys() - _products().keys()):
        nights.run_report(deployment.embedded(home), f"report_{product}", console)
    summarise(home, console)


def _products() -> dict[str, str]:
    """Paths of the reports of the standing publication, by product."""
    with connect("wh_watcher") as connection:
        rows = connection.execute(
            "select product, path from ops.product where publication = ops.standing_publication()"
        )
        return dict(rows.fetchall())


def _generate_once(home: Home, people: int) -> Manifest:
    """Feeds that exist are kept; those that a killed run left without a manifest are generated again."""
    folder = home.demonstration
    try:
        manifest = demonstration.read_manifest(folder)
    except FileNotFoundError:
        shutil.rmtree(folder, ignore_errors=True)
        manifest = demonstration.generate(folder, people=people, nights=3, seed=1, month_ends=MONTH_ENDS)
    # So few people cannot reach 1.44 million: the demonstration has targets of its own size.
    shutil.copy(folder / "target.csv", home.seeds)
    return manifest


def _confirm_rules(manifest: Manifest) -> None:
    """Rules that join bank accounts are off until their legal basis is confirmed; here, no person is real."""
    publication.decide_rule(
        "account_shared",
        manifest.nights[0],
        enabled=True,
        legal_basis="演示数据，无真实人员",
    )


_TABLES = {
    "publications": (
        "发布 publications",
        "日期 date",
        "编号 no.",
        "份 deliveries",
        "行 rows",
        "入库 landed",
        "退回 rejected",
    ),
    "gates": ("检查 gates", "汇总 build", "第几道 gate", "项数 checks", "严重 critical", "提示 warnings"),
    "set_aside": (
        "暂扣与无法读取 held and refused",
        "编号 no.",
        "日期 date",
        "表 feed",
        "单位 unit",
        "状态 status",
        "原因 reason",
    ),
    "months": (
        "逐月 months",
        "月份 month",
        "有收入者 earners",
        "月收入中位数 median wage",
        "入职 hires",
        "离职 separations",
        "岗位 postings",
        "录用 hired",
    ),
    "cases": (
        "未结事项，全部为预设 open cases, all planted",
        "事项 kind",
        "线索 finding",
        "件 cases",
        "最早 since",
    ),
}
"""Of the summary, by its query: the title and the headings of the columns."""


def summarise(home: Home, console: Console) -> None:
    """Show publications, gates, months, open cases, rejected rows by reason, and where to find more."""
    with connect("wh_watcher") as ledger, connect("wh_reporter") as marts:
        for query, (title, *headings) in _TABLES.items():
            _show(console, marts if query in MART_QUERIES else ledger, query, title, headings)
    with connect("wh_loader") as connection:
        _show(console, connection, "rejected", "退回原因 rejected rows", ["原因 reason", "行 rows"])
    console.print(f"预设情形 planted {home.demonstration / FILE_NAME}", markup=False)
    paths = _products()
    for product, (title, _) in REPORTS.items():
        console.print(f"{title} {product:<{14 - width_of(title)}} {home.shared / paths[product]}", markup=False)
    status.describe(home, console)
    console.print("停止 stop       make down")


def _show(console: Console, connection: psycopg.Connection, query: str, title: str, headings: list[str]) -> None:
    table = Table(*headings, title=title, title_justify="left", box=box.SIMPLE)
    for row in connection.execute((QUERIES / f"{query}.sql").read_bytes()):
        table.add_row(
            *(f"{value:,}" if isinstance(value, (int, Decimal)) else escape(str(value or "")) for value in row)
        )
    if table.row_count:
        console.print(table)
