"""What a night left behind: what was held, refused, rejected, not ingested and missing, and where the files are."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import psycopg

from employment_warehouse.alert.queries import query
from employment_warehouse.alert.value_texts import CHINESE
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.database import connect
from employment_warehouse.report.code_names import Label
from employment_warehouse.report.report_names import PRODUCTS, State, delivery_states, states
from employment_warehouse.runtime.nights import Night
from employment_warehouse.settings import Home

QUERY = Path(__file__).parent / "queries" / "night_summary.sql"
LISTED = 8  # of each kind; the console has them all
STATUS = {
    "published": "已发布 published",
    "held": "未发布（暂扣） held",
    "failed": "未完成 failed",
}


def night_summary(ended: Night, home: Home) -> list[str]:
    """Lines for whoever waited for the night, what was held first; the last says how it ended."""
    lines = []
    if ended.build is not None:
        with connect("wh_watcher") as connection:
            lines = [*_open_problems(connection, ended), *_files(connection, ended, home)]
    number = f"  第 {ended.build} 号 no. {ended.build}" if ended.build is not None else ""
    return [*lines, f"{ended.report_date}  {STATUS[ended.status]}{number}  {ended.reason or ''}".rstrip()]


def _open_problems(connection: psycopg.Connection, ended: Night) -> list[str]:
    parameters = {"build": ended.build, "report_date": ended.report_date}
    rows = connection.execute(QUERY.read_bytes(), parameters).fetchall()
    missing = connection.execute(query("feed_missing"), parameters).fetchall()
    rows += [("missing", unit, feed, None, None) for unit, feed, *_ in missing]
    found = {kind: list(of_kind) for kind, of_kind in groupby(rows, key=lambda row: row[0])}
    return [_sentence(kind, name, found[kind]) for kind, name in _kinds().items() if kind in found]


def _kinds() -> dict[str, str]:
    """What is listed, in this order; states are called as in the reports and on the console."""
    known = states()
    names: dict[str, State | Label] = {
        "held": known["held"],
        "refused": delivery_states()["refused"],
        "rejected": Label("退回", "rejected"),
        "intake_failed": known["intake_failed"],
        "missing": known["missing"],
    }
    return {kind: f"{name.zh} {name.en}" for kind, name in names.items()}


def _sentence(kind: str, name: str, rows: list[tuple[str, str, str, int | None, int | None]]) -> str:
    items = [
        f"{divisions().name_of(unit)}《{CHINESE.feed(feed)}》"
        + (f" {amount:,} 行 rows" if kind == "rejected" else f" 编号 no. {number}" if number else "")
        for _, unit, feed, number, amount in rows[:LISTED]
    ]
    more = f" …另有 {len(rows) - LISTED} 项 and {len(rows) - LISTED} more" if len(rows) > LISTED else ""
    total = f"{sum(row[4] or 0 for row in rows):,} 行 rows" if kind == "rejected" else f"{len(rows)}"
    return f"{name}：{total}（{'、'.join(items)}{more}）"


def _files(connection: psycopg.Connection, ended: Night, home: Home) -> list[str]:
    rows = connection.execute(
        "select path from ops.product where publication = %s and product = 'daily' order by made_at desc limit 1",
        (ended.build,),
    ).fetchall()
    reports = [f"{PRODUCTS['daily'].zh} report：{home.shared / path}" for (path,) in rows]
    folder = home.returns / ended.report_date.isoformat()
    return [*reports, *([f"退回工作簿 return workbooks：{folder}"] if any(folder.glob("*.xlsx")) else [])]
