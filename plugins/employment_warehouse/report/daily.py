"""The daily report, a page and its workbook from one publication, for a bureau leader with two minutes and a phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from employment_warehouse.contract import contract_of
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.report import code_names, formats, products, report_names, sentences
from employment_warehouse.report.code_names import Label
from employment_warehouse.report.comparison import reported_on
from employment_warehouse.report.daily_workbook import daily_workbook, feed_states
from employment_warehouse.report.figures import HEADLINE, Figures, Row, read_figures
from employment_warehouse.report.page import render, short_name


@dataclass(frozen=True)
class TargetRows:
    """One target of the notice: the rows of the prefecture and of its counties."""

    code: str
    prefecture: Row
    counties: list[Row]


def write_daily(publication: int) -> list[Path]:
    """Write and record the daily report of a publication: the page, then the workbook.

    Raises psycopg.errors.RaiseException if there is no such publication.
    """
    figures = read_figures(publication, "daily")
    return products.keep("daily", figures["publication"], {".html": _page(figures), ".xlsx": daily_workbook(figures)})


def _page(figures: Figures) -> bytes:
    names = {row["county_code"]: row for row in figures["counties"]}
    states = feed_states(figures)
    targets = _targets(figures["progress"])
    silent_platform = _silent_platform(figures)
    carried_forward = _carried(targets[0], figures, names, silent_platform)
    uncompared = {back: _uncompared(targets[0], figures, names, back) for back in sentences.EARLIER}
    not_judged = {target.code: _reason_not_judged(target, figures, names) for target in targets}
    return render(
        "daily.html.j2",
        figures,
        {
            "targets": targets,
            "carried": [sentence for sentence in (carried_forward, silent_platform) if sentence],
            "comparisons": [
                sentences.comparison(_change(targets[0], back), len(targets[0].counties), uncompared[back], back)
                for back in sentences.EARLIER
                if back == 1 or _change(targets[0], back) is not None
            ],
            "is_compared": {
                back: _change(targets[0], back) is not None and len(uncompared[back]) < len(targets[0].counties)
                for back in sentences.EARLIER
            },
            "progress": {target.code: _progress(target) for target in targets},
            "not_judged": not_judged,
            "schedule": sentences.schedule(targets[0].prefecture, not_judged[targets[0].code]),
            "to_do": _to_do(figures, states, names),
            "households": sorted(filter(_has_households, figures["households"]), key=_urgency),
            "stock": figures["stock"],
            "owed": figures["wages_by_county"],
            "wages": figures["wages_owed"],
            "findings": _findings(figures["findings"]),
            "open_feeds": _open_feeds(states),
            "limits": figures["limits"][0],
            "sources": sorted({row["feed"] for row in figures["feeds"]}),
            "county_dots": _county_dots(targets[0], names),
            "county_changes": _county_changes(targets[0], names, {name for name, _ in uncompared[1]}),
            "channels": _channels(figures),
        },
    )


def _targets(rows: list[Row]) -> list[TargetRows]:
    """The three targets in the notice's order, on the basis `stock`, which all of them have.

    Where no register was ever sent, the mart has 0; there is no figure to show.
    """
    targets = []
    shown = [{**row, "actual_value": None, "progress_rate": None} if row["obs_status"] == "M" else row for row in rows]
    for code in report_names.targets():
        of_target = [row for row in shown if row["target_code"] == code and row["basis"] == "stock"]
        (prefecture,) = [row for row in of_target if row["county_code"] == divisions().prefecture]
        targets.append(TargetRows(code, prefecture, [row for row in of_target if row is not prefecture]))
    return targets


def _progress(target: TargetRows) -> Label | None:
    declared = report_names.targets()[target.code]
    return sentences.progress(target.prefecture, declared.unit_of_measure)


def _reason_not_judged(target: TargetRows, figures: Figures, names: dict[str, Row]) -> Label | None:
    """Why it cannot be judged whether the prefecture is on track."""
    reported = {row["county_code"] for row in target.counties if row["obs_status"] != "M"}
    counties = [code for code in names if code != divisions().prefecture]
    never_reported = [short_name(names[code]) for code in counties if code not in reported]
    report_date = figures["publication"]["report_date"]
    return sentences.not_judged(target.prefecture, report_date, never_reported, len(counties))


def _carried(
    target: TargetRows, figures: Figures, names: dict[str, Row], silent_platform: Label | None
) -> Label | None:
    """The sentence about the counties whose earlier data are shown."""
    states = _headline_states(figures)
    carried = [
        sentences.CarriedForward(short_name(names[code]), *states.get(code, ("missing", None)))
        for code in (row["county_code"] for row in target.counties if row["obs_status"] == "E")
        # Of a county that has reported, only the platform's part is carried forward.
        if code in states or not silent_platform
    ]
    return sentences.carried_forward(carried, len(target.counties))


def _silent_platform(figures: Figures) -> Label | None:
    row = next(iter(_headline_feeds(figures, unit="platform")), None)
    return sentences.silent_platform(row, figures["publication"]["report_date"])


def _change(target: TargetRows, back: int) -> int | None:
    """The prefecture's, like for like, since `back` days ago."""
    change: int | None = target.prefecture[f"change_{back}d"]
    return change


def _uncompared(
    target: TargetRows, figures: Figures, names: dict[str, Row], back: int
) -> list[tuple[Label, str | int]]:
    """Counties that have not reported both today and `back` days ago, with the reason: of today before the earlier."""
    states = _headline_states(figures)
    reported = reported_on(figures, figures["publication"]["report_date"] - timedelta(days=back))
    reasons: dict[str, str | int] = {}
    for row in target.counties:
        code = row["county_code"]
        if row["obs_status"] != "A":
            # Of a county that has reported, only the platform's part is carried forward.
            reasons[code] = states[code][0] if code in states else "platform" if row["obs_status"] == "E" else "missing"
        elif code not in reported:
            reasons[code] = back
    return [(short_name(names[code]), reason) for code, reason in reasons.items()]


def _headline_states(figures: Figures) -> dict[str, tuple[str, date | None]]:
    return sentences.county_states(_headline_feeds(figures, unit="county"), figures["publication"]["report_date"])


def _headline_feeds(figures: Figures, unit: str) -> list[Row]:
    """The feeds that the headline figure is computed from, as the dictionary of indicators has it, of one unit."""
    needed = figures["indicators"][HEADLINE]["feeds"]
    return [row for row in figures["feeds"] if row["feed"] in needed and contract_of(row["feed"]).unit == unit]


def _open_feeds(rows: list[Row]) -> list[Row]:
    """Held, missing and late feeds by county and state, the county with most of them first."""
    counties: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        if row["status"] != "on_time":
            counties.setdefault(row["county_code"], {}).setdefault(row["status"], []).append(row)
    listed = sorted(
        counties.items(), key=lambda each: (-len(each[1].get("held", [])), -len(each[1].get("missing", [])), each[0])
    )
    return [
        {
            "county_code": code,
            "states": [{"status": state, "feeds": each[state]} for state in report_names.states() if state in each],
        }
        for code, each in listed
    ]


def _to_do(figures: Figures, states: list[Row], names: dict[str, Row]) -> Label | None:
    """The sentence about who must act today."""
    counties = [row for row in figures["households"] if row["county_code"] != divisions().prefecture]
    relocated = [row for row in sorted(counties, key=_urgency) if row["open_relocated"]]
    return sentences.to_do(
        [(short_name(names[row["county_code"]]), row["open_relocated"]) for row in relocated],
        [(_unit_name(row["county_code"], names), row["arrears"]) for row in figures["wages_by_county"]],
        {
            state: [_unit_name(code, names) for code in dict.fromkeys(_of_state(states, state))]
            for state in sentences.SEVERITY
        },
    )


def _of_state(rows: list[Row], state: str) -> Iterator[str]:
    return (row["county_code"] for row in rows if row["status"] == state)


def _unit_name(code: str, names: dict[str, Row]) -> Label:
    return short_name(names[code]) if code in names else Label(code, code)


def _has_households(row: Row) -> bool:
    return any(row[count] for count in ("open_cases", "opened_7d", "cleared_7d"))


def _urgency(row: Row) -> tuple[bool, int, date, int]:
    """Most relocated households first, then the one that has waited longest; the prefecture last."""
    is_whole = row["county_code"] == divisions().prefecture
    return is_whole, -(row["open_relocated"] or 0), row["open_since"] or date.max, -row["open_cases"]


def _findings(rows: list[Row]) -> list[Row]:
    """Findings with their counties, the largest first; the prefecture's row is of all lines."""
    whole = [row for row in rows if row["county_code"] == divisions().prefecture]
    counties = sorted((row for row in rows if row not in whole), key=lambda row: (-row["lines"], row["county_code"]))
    kinds = [{**kind, "counties": [row for row in counties if row["finding"] == kind["finding"]]} for kind in whole]
    return sorted(kinds, key=lambda kind: (-(kind["amount"] or 0), kind["finding"]))


def _county_dots(target: TargetRows, names: dict[str, Row]) -> list[Row]:
    """Counties that can be judged, best first."""
    if target.prefecture["progress_rate"] is None:
        return []
    return [
        {
            "name": short_name(names[row["county_code"]]),
            "value": float(row["progress_rate"]),
            "schedule": float(row["scheduled_value"] / row["target_value"]),
            "behind": row["on_track"] is False,
            "status": row["obs_status"],
        }
        for row in sorted(target.counties, key=lambda row: -(row["progress_rate"] or 0))
        if row["progress_rate"] is not None and row["on_track"] is not None
    ]


def _county_changes(target: TargetRows, names: dict[str, Row], uncompared: set[Label]) -> list[Row]:
    changes = {short_name(names[row["county_code"]]): float(row["change_1d"] or 0) for row in target.counties}
    return [
        {"name": name, "value": change, "status": None}
        for name, change in sorted(changes.items(), key=lambda each: -each[1])
        if name not in uncompared
    ]


def _channels(figures: Figures) -> list[Row]:
    channels = code_names.names(figures["names"])["channel"]
    return [
        {
            "name": channels[row["channel"]],
            "value": float(row["employed"]),
            "text": formats.in_full(row["employed"]),
            "status": None,
        }
        for row in figures["stock"]
    ]
