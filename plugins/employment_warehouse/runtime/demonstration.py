"""`make run`: a whole warehouse with generated feeds, its nights run one after the other."""

from __future__ import annotations

import shutil
from datetime import date

from rich.console import Console

from employment_warehouse import demonstration, transform
from employment_warehouse.database import connect
from employment_warehouse.demonstration import Manifest
from employment_warehouse.errors import UserError
from employment_warehouse.runtime import nights, service
from employment_warehouse.settings import Home


def demonstrate(home: Home, people: int, console: Console) -> None:
    """Set up, generate, run the nights that are not published yet, and say what came of it.

    Leaves the warehouse running. Raises UserError (`night_not_published`) if a night is not published.
    """
    with console.status("数据库 | database"):
        service.migrate_database(home)
        transform.seed()
    with console.status(f"生成演示数据 | generating feeds of {people:,} people"):
        manifest = _generate_once(home, people)
    console.print(f"演示数据 feeds: {manifest.people:,} 人 people, {len(manifest.nights)} 晚 nights")
    with console.status("启动 Airflow | starting Airflow"):
        service.up(home)
    for night in manifest.nights:
        if night in _published():
            console.print(f"{night} 已发布 | published before")
            continue
        demonstration.arrive(home.demonstration, night)
        ended = nights.run_night(home, night, console)
        if ended.exit_code:
            raise UserError(
                f"{night} 未发布 | the night was not published: {ended.status}",
                code="night_not_published",
                expected=ended.reason or "",
                todo="`.venv/bin/warehouse status` says where Airflow's page is, with the log of the step that failed",
                exit_code=ended.exit_code,
            )
    summarise(home, console)


def _generate_once(home: Home, people: int) -> Manifest:
    """What was generated stays; what a killed run left without its manifest is made anew."""
    folder = home.demonstration
    try:
        return demonstration.read_manifest(folder)
    except FileNotFoundError:
        shutil.rmtree(folder, ignore_errors=True)
        return demonstration.generate(folder, people=people, nights=3, seed=1)


def _published() -> set[date]:
    with connect("wh_auditor") as connection:
        found = connection.execute("select report_date from ops.publication where rolled_back_at is null")
        return {day for (day,) in found}


def summarise(home: Home, console: Console) -> None:
    """Publications, gates, rejected rows by reason, and where to look further."""
    with connect("wh_auditor") as connection:
        console.print("\n发布 publications")
        for row in connection.execute(
            """
            select p.report_date, p.publication,
                count(distinct d.delivery_id), coalesce(sum(d.rows_read), 0), coalesce(sum(d.rows_landed), 0),
                coalesce(sum(d.rows_rejected), 0)
            from ops.publication as p
            left join ops.delivery as d on d.build = p.publication
            group by 1, 2 order by 2
            """
        ):
            console.print(
                "  {}  第 {} 号 no.  {:,} 份报送 deliveries  {:,} 行 rows = {:,} 入库 landed + {:,} 退回 rejected".format(
                    *row
                )
            )
        console.print("门禁 gates")
        for row in connection.execute(
            """
            select c.build, c.gate, count(*), count(*) filter (where not c.success and c.severity = 'critical'),
                count(*) filter (where not c.success and c.severity <> 'critical')
            from ops.check_result as c group by 1, 2 order by 1, 2
            """
        ):
            console.print(
                "  第 {} 号 build  门禁 gate {}  {:,} 项 checks  {} 严重 critical  {} 提示 warnings".format(*row)
            )
        for row in connection.execute(
            """
            select d.feed, d.unit, d.report_date, d.status, d.reason
            from ops.delivery as d where d.status in ('held', 'refused') order by 3, 1, 2
            """
        ):
            console.print("  {} {} {}: {}  {}".format(*row), markup=False)
    console.print("退回原因 rejected rows")
    with connect("wh_loader") as connection:
        for row in connection.execute(
            """
            select reason, count(*) from (
                select distinct delivery_id, sheet, line, reason from vault.rejected_row
            ) as broken
            group by 1 order by 2 desc, 1
            """
        ):
            console.print("  {:24} {:,}".format(*row))
    console.print()
    for path in sorted(home.reports.rglob("daily.html"))[-1:]:
        console.print(f"日报 report     {path}", markup=False)
    service.describe(home, console)
    console.print("停止 stop       make down")
