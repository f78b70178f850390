"""What a night has to tell: collected from the ledger and from the marts that it published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from psycopg.rows import DictRow, dict_row

from employment_warehouse import database
from employment_warehouse.alert.ledger import Alert, raise_alert
from employment_warehouse.alert.names import county_names, feed_name
from employment_warehouse.alert.queries import query
from employment_warehouse.contract import contract
from employment_warehouse.settings import TIMEZONE

Names = Callable[[str], str]
SHOWN = 10


def raise_night_alerts(build: int) -> int:
    """Raise the alerts of a night that was published, was held, or broke off; how many. Again: the same ones.

    Figures are told of a published night only: nobody saw the others.
    """
    with database.connect("wh_publisher") as connection, connection.cursor(row_factory=dict_row) as cursor:
        night = cursor.execute(query("night"), {"build": build}).fetchone()
        if night is None:
            return 0
        given = {"build": build, **night}
        counties = county_names(connection)

        def name(unit: str) -> str:
            return counties.get(unit, unit)

        alerts = [
            *_held(cursor.execute(query("held"), given).fetchall(), name),
            *_refused(cursor.execute(query("refused"), given).fetchall(), name),
            *_left_out(cursor.execute(query("left_out"), given).fetchall(), name),
            *_missing(cursor.execute(query("missing"), given).fetchall(), name),
        ]
        if night["status"] == "held":
            alerts.append(_night_held(night, cursor.execute(query("failed_checks"), given).fetchall(), name))
        if night["status"] in ("building", "abandoned"):
            alerts.append(_night_failed(night))
    if night["status"] == "published":
        alerts += _of_the_figures(given, name)
    stamped = [_stamp(alert, build, night["report_date"]) for alert in alerts]
    raise_alert(*stamped)
    return len(stamped)


def raise_night_not_started(report_date: str | None) -> None:
    """Raise the alert of a night that broke off before anything was built. report_date: None if not even that."""
    day = date.fromisoformat(report_date) if report_date else None
    raise_alert(
        Alert(
            kind="night_not_begun",
            level="critical",
            report_date=day,
            title=f"{_day(day) if day else ''}未能开始建库 | The night of {day or 'today'} was not begun",
            body="收集数据或登记应报表时中断，读者仍看到上次发布。请在 Airflow 中查看出错的步骤，排除原因后重试。\n"
            "It broke off before anything was built; readers still see the last publication. Look in Airflow at the "
            "step that failed, mend the cause, and retry.",
            step="night",
            link="dags/night",
        )
    )


def _night_failed(night: DictRow) -> Alert:
    return Alert(
        kind="night_failed",
        level="critical",
        title=f"{_day(night['report_date'])}未能完成 | The night of {night['report_date']} broke off",
        body="建库中断，读者仍看到上次发布。请在 Airflow 中查看出错的步骤，排除原因后重试。\n"
        "Readers still see the last publication. Look in Airflow at the step that failed, mend the cause, and retry.",
        step="build_warehouse",
        link=f"dags/build_warehouse?report_date={night['report_date']}",
    )


def _held(rows: list[DictRow], name: Names) -> Iterator[Alert]:
    for unit, reports in _by_unit(rows):
        lines = [
            f"· {feed_name(row['feed'])}（{row['report_date']}，{row['rows_read']:,} 行 rows，"
            f"{_time(row['arrived_at'])} 到达 arrived）：{row['reason']}。{_carried(row)}"
            for row in reports
        ]
        yield Alert(
            kind="delivery_held",
            level="critical",
            unit=unit,
            title=f"{name(unit)}：{len(reports)} 份报送被暂扣 | {len(reports)} reports are on hold",
            body=f"由{_owners(reports)}核对后重报；确认无误的，由操作员登记姓名和理由后放行。\n"
            + _shown(lines)
            + "\nCheck and send again; an operator may release what is right after all, under a name and for a reason.",
            step="gate",
            link=f"reports/{reports[0]['report_date']}/daily.html",
        )


def _refused(rows: list[DictRow], name: Names) -> Iterator[Alert]:
    for unit, files in _by_unit(rows):
        lines = [
            f"· {feed_name(row['feed'])}（{row['report_date']}，{_time(row['arrived_at'])} 到达 arrived）："
            f"{row['reason']}"
            for row in files
        ]
        yield Alert(
            kind="file_refused",
            level="critical",
            unit=unit,
            title=f"{name(unit)}：{len(files)} 个文件无法读取 | {len(files)} files could not be read",
            body=f"由{_owners(files)}按模板重报。\n" + _shown(lines) + "\nSend them again, by the template.",
            step="land_delivery",
            link=f"returns/{files[0]['report_date']}/{unit}.xlsx",
        )


def _left_out(rows: list[DictRow], name: Names) -> Iterator[Alert]:
    for unit, files in _by_unit(rows):
        lines = [f"· {feed_name(row['feed'])}（{row['report_date']}）：{row['sheets']} 张 sheets" for row in files]
        n_files = sum(row["files"] for row in files)
        yield Alert(
            kind="sheets_left_out",
            level="warning",
            unit=unit,
            title=f"{name(unit)}：{n_files} 个工作簿有工作表未读取 | sheets of {n_files} workbooks were left out",
            body="这些工作表的表头不同、已隐藏，或名称表明仅供参考。如有数据，请改正后重报。\n"
            + _shown(lines)
            + "\nThey have another header, are hidden, or are named as things to look at. Send what is data again.",
            step="land_delivery",
            link=f"returns/{files[0]['report_date']}/{unit}.xlsx",
        )


def _missing(rows: list[DictRow], name: Names) -> Iterator[Alert]:
    for unit, feeds in _by_unit(rows):
        lines = [
            f"· {feed_name(row['feed'])}（应于 {_time(row['due_at'])} 前报送 due）。{_carried(row)}" for row in feeds
        ]
        yield Alert(
            kind="feed_missing",
            level="warning",
            unit=unit,
            title=f"{name(unit)}：{len(feeds)} 张表未报 | {len(feeds)} feeds are missing",
            body=f"由{_owners(feeds)}补报；没有变动的也要报。\n"
            + _shown(lines)
            + "\nSend them; where nothing changed, too.",
            step="check_arrivals",
            link=f"reports/{_local(feeds[0]['due_at']).date()}/daily.html",
        )


def _night_held(night: DictRow, failed: list[DictRow], name: Names) -> Alert:
    lines = [f"· {name(row['unit'])} {row['message_zh']} | {row['message_en']}" for row in failed]
    return Alert(
        kind="night_held",
        level="critical",
        title=f"{_day(night['report_date'])}未发布 | The night of {night['report_date']} is on hold",
        body="门禁二发现问题，读者仍看到上次发布。请核对下列各项；确认可以发布的，由操作员登记姓名和理由后放行。\n"
        + (_shown(lines) or f"· {night['held_reason'] or ''}")
        + "\nGate 2 holds the night; readers still see the last publication. Mend what is listed, or release it "
        "under a name and for a reason.",
        step="gate_marts",
        link=f"dags/build_warehouse?report_date={night['report_date']}",
    )


def _of_the_figures(given: dict[str, Any], name: Names) -> list[Alert]:
    """From the publication itself, as an analyst sees it."""
    with database.connect("wh_analyst") as connection, connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("select marts.pin(%(build)s)", given)
        owed = cursor.execute(query("wages_owed"), given).fetchall()
        households = cursor.execute(query("zero_employment"), given).fetchall()
    link = f"reports/{given['report_date']}/daily.html"
    return [
        *(
            Alert(
                kind="wages_owed",
                level="warning",
                unit=row["unit"],
                title=f"{name(row['unit'])}：欠发 {row['amount']:,.2f} 元，{row['persons']:,} 人 | "
                f"CNY {row['amount']:,.2f} owed to {row['persons']:,} persons",
                body=f"最早应发日 {row['since']}。由县（市）发展和改革局、人力资源和社会保障局督促发放。\n"
                f"Owed since {row['since']} at the earliest; the county's bureaus see to it that it is paid.",
                step="publish_night",
                link=link,
            )
            for row in owed
        ),
        *(
            Alert(
                kind="zero_employment",
                level="warning",
                unit=row["unit"],
                title=f"{name(row['unit'])}：新增零就业家庭 {row['households']:,} 户，"
                f"其中易地搬迁 {row['relocated']:,} 户 | "
                f"{row['households']:,} new zero-employment households, {row['relocated']:,} of them relocated",
                body=f"最早 {row['since']} 起。由县（市）人力资源和社会保障局逐户帮扶。\n"
                f"Since {row['since']} at the earliest; the county's human-resources bureau takes up each case.",
                step="publish_night",
                link=link,
            )
            for row in households
        ),
    ]


def _stamp(alert: Alert, build: int, report_date: date) -> Alert:
    return replace(alert, build=build, report_date=report_date)


def _by_unit(rows: Iterable[DictRow]) -> Iterator[tuple[str, list[DictRow]]]:
    for unit, group in groupby(rows, key=lambda row: row["unit"]):
        yield unit, list(group)


def _owners(rows: Iterable[DictRow]) -> str:
    return "、".join(dict.fromkeys(contract(row["feed"]).owner for row in rows))


def _carried(row: DictRow) -> str:
    """What is shown in its place, since when."""
    since = row["carried_from"]
    return f"沿用 {since} 的数据 carried forward" if since else "此前未报 never reported"


def _shown(lines: list[str]) -> str:
    """The first lines, and how many more there are: a phone has a small page."""
    more = len(lines) - SHOWN
    return "\n".join([*lines[:SHOWN], *([f"……另有 {more} 项 | and {more} more"] if more > 0 else [])])


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _local(moment: datetime) -> datetime:
    return moment.astimezone(TIMEZONE)


def _time(moment: datetime) -> str:
    return f"{_local(moment):%m-%d %H:%M}"
