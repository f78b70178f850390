"""The daily report: one HTML file from one publication, for a bureau leader with two minutes and a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jinja2
import psycopg
from psycopg.rows import dict_row

from employment_warehouse import database
from employment_warehouse.contract import contract, contracts
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.report import charts, sentences, words
from employment_warehouse.report.labels import Label, Labels, channel_labels, finding_labels
from employment_warehouse.settings import TIMEZONE, current_home

# The feeds that the headline figures are computed from.
HEADLINE_FEEDS = ("labor_register", "employment", "public_post")
HEADLINE_PLATFORM_FEED = "gig_orders"
ROOM = Path(__file__).parent
Row = dict[str, Any]


@dataclass(frozen=True)
class TargetRows:
    """One target of the notice: the rows of the prefecture and of its counties."""

    code: str
    prefecture: Row
    counties: list[Row]


def write_daily(publication: int) -> Path:
    """Write `reports/<date>/daily.html` from a publication, and record it in ops.product.

    The file is replaced atomically. Raises psycopg.errors.RaiseException if there is no such publication.
    """
    figures = read_figures(publication)
    page = _page(figures)
    report_date: date = figures["publication"]["report_date"]
    folder = current_home().reports / report_date.isoformat()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "daily.html"
    draft = path.with_suffix(".tmp")
    draft.write_text(page, encoding="utf-8")
    draft.replace(path)
    _record(publication, report_date, figures["publication"]["vintage"], path)
    return path


def read_figures(publication: int) -> dict[str, Any]:
    """The rows of each query in `queries/`, by its name, all as of that publication."""
    given = {"publication": publication, "prefecture": divisions().prefecture}
    with _pinned(publication) as connection:
        figures: dict[str, Any] = {
            query.stem: connection.execute(query.read_text(encoding="utf-8"), given).fetchall()
            for query in sorted(ROOM.joinpath("queries").glob("*.sql"))
        }
    figures["publication"] = figures["publication"][0]
    # The prefecture's rows count all units once more, but for the platform, which has no county.
    figures["feeds"] = [
        row
        for row in figures["feeds"]
        if row["county_code"] != given["prefecture"] or contract(row["feed"]).source == "hr_platform"
    ]
    return figures


@contextmanager
def _pinned(publication: int) -> Iterator[psycopg.Connection[Row]]:
    with database.connect("wh_reporter") as connection:
        connection.execute("select marts.pin(%s)", [publication])
        connection.commit()
        dicts: psycopg.Connection[Row] = connection  # type: ignore[assignment]
        dicts.row_factory = dict_row
        yield dicts


def _record(publication: int, report_date: date, vintage: str, path: Path) -> None:
    with database.connect("wh_publisher") as connection:
        connection.execute(
            "insert into ops.product (product, report_date, publication, vintage, path) "
            "values ('daily', %s, %s, %s, %s) on conflict do nothing",
            [report_date, publication, vintage, str(path.relative_to(current_home().root))],
        )


def _page(figures: dict[str, Any]) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOM),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    environment.filters.update(
        whole=words.whole,
        money=words.money,
        share=words.share,
        day=words.day,
        signed=words.signed,
        wan=words.wan,
    )
    names = {row["county_code"]: row for row in figures["counties"]}
    known, channels = divisions(), channel_labels()
    targets = _targets(figures["progress"])
    feeds = _open_feeds(figures["feeds"])
    silent_platform = _silent_platform(figures)
    carried_forward = _carried(targets[0], figures, names, silent_platform)
    unjudged = {target.code: _unjudged(target, figures, names) for target in targets}
    return environment.get_template("daily.html.j2").render(
        publication=figures["publication"],
        made_at=datetime.now(TIMEZONE),
        names=names,
        contact=os.environ.get("WAREHOUSE_CONTACT", f"{known.prefecture_short_zh}人力资源和社会保障局 就业科"),
        targets=targets,
        words=words,
        feed_titles={feed: (each.title_zh, each.title_en) for feed, each in contracts().items()},
        feeds=feeds,
        carried=[sentence for sentence in (carried_forward, silent_platform) if sentence],
        comparison=_comparison(targets[0], figures, names),
        progress={target.code: _progress(target) for target in targets},
        unjudged=unjudged,
        schedule=sentences.schedule(targets[0].prefecture, unjudged[targets[0].code]),
        prefecture=known.prefecture,
        prefecture_label=Label(known.prefecture_short_zh, names[known.prefecture]["name_en"]),
        finding_labels=finding_labels(),
        channel_labels=channels,
        households={row["county_code"]: row for row in figures["households"]},
        stock=figures["stock"],
        wages=figures["wages_owed"],
        findings=_findings(figures["findings"]),
        checks=figures["checks"],
        sources=sorted({row["feed"] for row in figures["feeds"]}),
        schedule_charts={target.code: _schedule_chart(target) for target in targets},
        county_chart=_county_chart(targets, names),
        change_chart=_change_chart(targets, names),
        wages_chart=_wages_chart(figures["wages_owed"]),
        stock_chart=_stock_chart(figures["stock"], channels),
    )


def _targets(rows: list[Row]) -> list[TargetRows]:
    """The three targets in the notice's order, on the basis `stock`, which all of them have."""
    targets = []
    for code in words.TARGETS:
        of_target = [row for row in rows if row["target_code"] == code and row["basis"] == "stock"]
        (prefecture,) = [row for row in of_target if row["county_code"] == divisions().prefecture]
        targets.append(TargetRows(code, prefecture, [row for row in of_target if row is not prefecture]))
    return targets


def _progress(target: TargetRows) -> Label | None:
    declared = words.TARGETS[target.code]
    return sentences.progress(target.prefecture, Label(declared.measure_zh, declared.measure_en))


def _unjudged(target: TargetRows, figures: dict[str, Any], names: dict[str, Row]) -> Label | None:
    """Why nobody can say whether the prefecture is on track."""
    reported = {row["county_code"] for row in target.counties if row["obs_status"] != "M"}
    counties = [code for code in names if code != divisions().prefecture]
    never_reported = [_label(names[code]) for code in counties if code not in reported]
    report_date = figures["publication"]["report_date"]
    return sentences.unjudged(target.prefecture, report_date, never_reported, len(counties))


def _carried(
    target: TargetRows, figures: dict[str, Any], names: dict[str, Row], silent_platform: Label | None
) -> Label | None:
    """The sentence about the counties whose earlier data are shown."""
    states = _headline_states(figures)
    carried = [
        sentences.CarriedForward(_label(names[code]), *states.get(code, ("missing", None)))
        for code in (row["county_code"] for row in target.counties if row["obs_status"] == "E")
        # Of a county that has reported, only the platform's part is carried forward.
        if code in states or not silent_platform
    ]
    return sentences.carried_forward(carried, len(target.counties))


def _silent_platform(figures: dict[str, Any]) -> Label | None:
    row = next((row for row in figures["feeds"] if row["feed"] == HEADLINE_PLATFORM_FEED), None)
    return sentences.silent_platform(row, figures["publication"]["report_date"])


def _comparison(target: TargetRows, figures: dict[str, Any], names: dict[str, Row]) -> Label:
    """The sentence about the change since yesterday."""
    states = _headline_states(figures)
    carried = set(target.prefecture["carried_forward"] or [])
    uncompared = [
        (_label(names[code]), states.get(code, ("yesterday",))[0])
        for code, change in ((row["county_code"], row["change_1d"]) for row in target.counties)
        if code in carried and not change
    ]
    return sentences.comparison(target.prefecture["change_1d"], len(target.counties), uncompared)


def _headline_states(figures: dict[str, Any]) -> dict[str, tuple[str, date | None]]:
    headline = [row for row in figures["feeds"] if row["feed"] in HEADLINE_FEEDS]
    return sentences.county_states(headline, figures["publication"]["report_date"])


def _label(names: Row) -> Label:
    return Label(names["name_zh"], names["name_en"])


def _open_feeds(rows: list[Row]) -> list[Row]:
    """Late, missing and held feeds: one row for each county, the county with most of them first."""
    counties: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        if row["status"] != "on_time":
            counties.setdefault(row["county_code"], {}).setdefault(row["status"], []).append(row)
    listed = [
        {"county_code": code, **{state: each.get(state, []) for state in words.STATES}}
        for code, each in counties.items()
    ]
    return sorted(listed, key=lambda row: (-len(row["held"]), -len(row["missing"]), row["county_code"]))


def _findings(rows: list[Row]) -> list[Row]:
    """Findings with their counties, the largest amount first; the prefecture's row is of all lines."""
    whole = [row for row in rows if row["county_code"] == divisions().prefecture]
    kinds = [
        {**kind, "counties": [row for row in rows if row["finding"] == kind["finding"] and row not in whole]}
        for kind in whole
    ]
    return sorted(kinds, key=lambda kind: (-(kind["amount"] or 0), kind["finding"]))


def _schedule_chart(target: TargetRows) -> str:
    row = target.prefecture
    if not row["target_value"] or row["on_track"] is None:
        return ""
    zh = words.TARGETS[target.code].zh
    return charts.schedule_bar(
        float(row["actual_value"]),
        float(row["scheduled_value"]),
        float(row["target_value"]),
        (
            words.wan(row["actual_value"]),
            f"今日进度线 {words.wan(row['scheduled_value'])}",
            f"目标 {words.wan(row['target_value'])}",
        ),
        f"{zh}：实际 {words.whole(row['actual_value'])}，今日进度线 {words.whole(row['scheduled_value'])}，"
        f"目标 {words.whole(row['target_value'])}",
    )


def _county_chart(targets: list[TargetRows], names: dict[str, Row]) -> str:
    target = targets[0]
    rows = [
        {
            "name": names[row["county_code"]]["name_zh"],
            "value": float(row["progress_rate"]),
            "schedule": float(row["scheduled_value"] / row["target_value"]),
            "behind": row["on_track"] is False,
            "label": words.share(row["progress_rate"]) + words.mark(row["obs_status"]),
        }
        for row in sorted(target.counties, key=lambda row: -(row["progress_rate"] or 0))
        if row["progress_rate"] is not None and row["on_track"] is not None
    ]
    if not rows or target.prefecture["progress_rate"] is None:
        return ""
    return charts.ranked_dots(
        rows,
        float(target.prefecture["progress_rate"]),
        "各县市目标完成率，由高到低；竖线为全州，短竖为本县进度线",
    )


def _change_chart(targets: list[TargetRows], names: dict[str, Row]) -> str:
    rows = [
        {
            "name": names[row["county_code"]]["name_zh"],
            "value": float(row["change_1d"] or 0),
            "label": words.signed(row["change_1d"]) + words.mark(row["obs_status"]),
            "carried": row["obs_status"] == "E",
        }
        for row in sorted(targets[0].counties, key=lambda row: -(row["change_1d"] or 0))
    ]
    return charts.signed_bars(rows, "各县市务工（就业）人数比昨日的变化，只比两日都报了的县市")


def _wages_chart(rows: list[Row]) -> str:
    if not rows:
        return ""
    shown = [
        {
            "name": row["project_name"],
            "value": float(row["arrears"]),
            "label": f"{words.money(row['arrears'])} 元",
        }
        for row in sorted(rows, key=lambda row: -row["arrears"])[:10]
    ]
    return charts.sorted_bars(shown, "欠发劳务报酬最多的项目，元", charts.ALARM)


def _stock_chart(rows: list[Row], channels: Labels) -> str:
    shown = [
        {
            "name": channels[row["channel"]].zh,
            "value": float(row["employed"]),
            "label": words.whole(row["employed"]),
        }
        for row in rows
    ]
    return charts.sorted_bars(shown, "务工（就业）人员按主要就业渠道，人") if shown else ""
