"""The sentences of the daily report: progress, comparison with yesterday, and what is carried forward."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, floor
from typing import Any

from employment_warehouse.report import report_names
from employment_warehouse.report.code_names import Label
from employment_warehouse.report.formats import counted, day, day_en, in_full, in_wan, share

Row = Mapping[str, Any]
# States of a feed whose earlier data are shown, the one that a county is named with last.
SEVERITY = ("held", "missing", "intake_failed")
NOT_COMPARED: dict[str | int, Label] = {
    "missing": Label("今日未报", "missing today"),
    "held": Label("今日暂扣", "held today"),
    "intake_failed": Label("今日入库失败", "not ingested today"),
    "platform": Label("今日零工订单未到", "no gig orders today"),
    1: Label("昨日未报", "not available yesterday"),
    7: Label("7日前未报", "not available 7 days ago"),
}
# The days that the daily report compares with, by how many days before they are.
EARLIER = {1: Label("昨日", "yesterday"), 7: Label("7日前", "7 days ago")}


@dataclass(frozen=True)
class CarriedForward:
    """A county whose earlier data are shown. state: `missing` or `held`. since: the report date of those data."""

    name: Label
    state: str
    since: date | None


def not_judged(row: Row, report_date: date, never_reported: Sequence[Label], counties: int) -> Label | None:
    """Why nobody can say whether a target is on track; None if its row says so.

    never_reported: of the `counties` that the row counts, those that never sent a register.
    """
    if row["on_track"] is not None:
        return None
    if row["target_value"] is None:
        return Label(f"{report_date.year} 年目标尚未录入", f"the target of {report_date.year} has not been entered")
    if row["deadline"] < report_date:
        deadline = row["deadline"]
        return Label(
            f"目标已于 {deadline.year} 年{day(deadline)}到期，新目标尚未录入",
            f"the target was due on {deadline}, and no new one has been entered",
        )
    if not never_reported:
        return Label(
            f"到期日{day(row['deadline'])}之前没有基期，没有进度线",
            f"without a baseline before the deadline, {row['deadline']}, there is no schedule",
        )
    if len(never_reported) == counties:
        return Label("从未报送劳动力台账", "no register has ever been sent")
    return Label(
        f"{'、'.join(name.zh for name in never_reported)}从未报送劳动力台账，未计入",
        f"not counted, because no register has ever been sent: {', '.join(name.en for name in never_reported)}",
    )


def schedule(row: Row, reason: Label | None) -> Label:
    """A figure against its schedule. reason: why it cannot be judged."""
    if reason:
        return Label(f"无法判断进度（{reason.zh}）", f"progress cannot be judged ({reason.en})")
    gap = floor(row["actual_value"] - row["scheduled_value"])  # of persons: a part of one is still needed
    if not row["on_track"]:
        return Label(f"比进度线少 {in_wan(-gap)} 人", f"{in_full(-gap)} below the schedule")
    return (
        Label(f"比进度线多 {in_wan(gap)} 人", f"{in_full(gap)} above the schedule")
        if gap
        else Label("与进度线持平", "on the schedule")
    )


def progress(row: Row, unit: Label) -> Label | None:
    """What is still needed to reach a target, with its deadline; None if nothing has to be gained each day."""
    daily = row["required_daily_change"]
    if not row["target_value"] or row["on_track"] is not False or not daily or daily <= 0:
        return None
    gap = row["target_value"] - row["actual_value"]
    if daily >= 1:
        pace = Label(f"平均每天须净增 {in_full(ceil(daily))} {unit.zh}", f"{in_full(ceil(daily))} a day on average")
    else:
        days = max(1, int(1 / Decimal(daily)))
        pace = Label(f"平均每 {days} 天须净增 1 {unit.zh}", f"one every {counted(days, 'day', 'days')} on average")
    return Label(
        f"到{day(row['deadline'])}还差 {in_full(gap)} {unit.zh}，{pace.zh}",
        f"{counted(gap, unit.en.removesuffix('s'), unit.en)} short of the target of {row['deadline']}: {pace.en}",
    )


def comparison(
    change: float | Decimal | None, counties: int, uncompared: Sequence[tuple[Label, str | int]], back: int
) -> Label:
    """The change since an earlier day, of the counties that reported on both days.

    counties: how many there are. uncompared: name and reason of those that did not, as in NOT_COMPARED. back: how many
    days, as in EARLIER.
    """
    earlier = EARLIER[back]
    if change is None and back == 1:
        return Label("首次发布，无昨日数据可比。", "This is the first publication; there is no day to compare with.")
    if change is None or (len(uncompared) == counties and {reason for _, reason in uncompared} == {back}):
        return Label(f"没有{earlier.zh}数据可比。", f"There are no data of {earlier.en} to compare with.")
    if len(uncompared) == counties:
        return Label(
            f"{counties} 个县市均缺{earlier.zh}或今日数据，无法比较。",
            f"None of the {counties} counties reported both {earlier.en} and today, so nothing can be compared.",
        )
    total = round(change)
    moved = f"减少 {-total:,} 人" if total < 0 else f"增加 {total:,} 人" if total else "持平"
    both = counties - len(uncompared)
    zh = f"与{earlier.zh}可比的 {both} 个县市合计{moved}"
    moved_en = f"{total:+,} {'person' if abs(total) == 1 else 'persons'}" if total else "no change"
    en = f"{counted(both, 'county', 'counties')} reported both {earlier.en} and today: {moved_en}"
    if not uncompared:
        return Label(f"{zh}。", f"{en}.")
    named = {reason: [name for name, why in uncompared if why == reason] for _, reason in uncompared}
    parts_zh = ("、".join(name.zh for name in names) + NOT_COMPARED[reason].zh for reason, names in named.items())
    parts_en = (
        f"{', '.join(name.en for name in names)} ({NOT_COMPARED[reason].en})" for reason, names in named.items()
    )
    return Label(f"{zh}；{'、'.join(parts_zh)}，不参加比较。", f"{en}; not compared: {', '.join(parts_en)}.")


def uncompared(names: Sequence[Label], counties: int, earlier: date, now: date) -> Label | None:
    """Which of the counties cannot be compared between two days; None if all can be.

    names: of those whose figures of one of the days are carried forward.
    """
    if not names:
        return None
    if len(names) == counties:
        return Label(
            f"各县市{day(earlier)}或{day(now)}的数据均不全，这两日的人数、户数和占比不作比较。",
            f"The data of {day_en(earlier)} or {day_en(now)} are incomplete in every county: they are not compared.",
        )
    return Label(
        f"{'、'.join(name.zh for name in names)}{day(earlier)}或{day(now)}的数据不全，不参加这两日的比较。",
        f"Not compared, because the data of {day_en(earlier)} or {day_en(now)} are incomplete: "
        f"{', '.join(name.en for name in names)}.",
    )


def carried_forward(carried: Sequence[CarriedForward], counties: int) -> Label | None:
    """Which counties are shown with earlier data, and of which day; None if there are none."""
    if not carried:
        return None
    dates = {county.since for county in carried}
    (since,) = dates if len(dates) == 1 else (None,)
    states = {county.state for county in carried}
    named = report_names.states()
    every = "均" if len(carried) > 1 else ""
    if len(carried) == counties and states == {"missing"}:
        every = ""
        zh, en = f"{counties} 个县市全部未报", f"None of the {counties} counties has reported"
    else:
        zh = "、".join(f"{county.name.zh}{named[county.state].zh}{_of_day(county, since)}" for county in carried)
        en = ", ".join(f"{county.name.en} {named[county.state].en}" for county in carried)
    if since is None:
        return Label(f"{zh}，沿用上次数据。", f"{en}: earlier data are carried forward.")
    return Label(f"{zh}，{every}沿用 {day(since)}数据。", f"{en}: the data of {since} are carried forward.")


def to_do(
    relocated: Sequence[tuple[Label, int]],
    owed: Sequence[tuple[Label, Decimal]],
    feeds: Mapping[str, Sequence[Label]],
) -> Label | None:
    """Who must act today, the most urgent first; None if nobody must.

    relocated: counties with open households, and how many. owed: counties that owe, and how much. feeds: by state
    (held, …) the counties whose feeds are in it.
    """
    groups: list[tuple[Label, Sequence[Label]]] = []
    if relocated:
        number = sum(open_cases for _, open_cases in relocated)
        label = Label(
            f"零就业搬迁家庭 {number:,} 户待清零",
            f"{counted(number, 'relocated household', 'relocated households')} to clear",
        )
        groups.append((label, [name for name, _ in relocated]))
    if owed:
        amount = sum(money for _, money in owed)
        groups.append((Label(f"欠发 {amount:,.2f} 元", f"CNY {amount:,.2f} owed"), [name for name, _ in owed]))
    named = report_names.states()
    groups += [
        (Label(f"报送{named[state].zh}", f"feeds {named[state].en}"), names) for state, names in feeds.items() if names
    ]
    if not groups:
        return None
    return Label(
        "；".join(f"{label.zh}（{_first_three(names).zh}）" for label, names in groups) + "。",
        "; ".join(f"{label.en} ({_first_three(names).en})" for label, names in groups) + ".",
    )


def place(row: Row | None, own_period: Label | None) -> Label | None:
    """A county's rank, and its move since the week before; None if it has none. row: of a ranked indicator, whose
    figures are of `own_period` where that is not the dispatch's."""
    if row is None or row["rank"] is None:
        return None
    rate, moved = share(row["value"]), (row["previous_rank"] or row["rank"]) - row["rank"]
    of_time = own_period or Label("", "")
    zh = f"，比上周{'升' if moved > 0 else '降'} {abs(moved)} 位" if moved else ""
    en = f", {abs(moved)} {'up' if moved > 0 else 'down'} on the week before" if moved else ""
    return Label(
        f"{of_time.zh}务工规模完成率 {rate}，列全州第 {row['rank']} 位{zh}。",
        f"Share of the target for rural workers{of_time.en and f' ({of_time.en})'}: {rate}, rank {row['rank']}{en}.",
    )


def _first_three(names: Sequence[Label]) -> Label:
    """The first three names, and how many there are."""
    rest_zh, rest_en = (f"等 {len(names)} 个县市", f" and {len(names) - 3} more") if len(names) > 3 else ("", "")
    return Label("、".join(name.zh for name in names[:3]) + rest_zh, ", ".join(name.en for name in names[:3]) + rest_en)


def silent_platform(row: Row | None, report_date: date) -> Label | None:
    """What is shown where the gig orders of the night were not read. row: their row of feed_timeliness."""
    if row is None or row["status"] not in SEVERITY:
        return None
    state = report_names.states()[row["status"]]
    if row["days_stale"] is None:
        return Label(f"零工订单{state.zh}，此前也没有数据。", f"Gig orders {state.en}; there are no earlier data.")
    since = report_date - timedelta(days=row["days_stale"])
    return Label(
        f"零工订单{state.zh}，沿用 {day(since)}数据。",
        f"Gig orders {state.en}: the data of {since} are carried forward.",
    )


def _of_day(county: CarriedForward, common: date | None) -> str:
    return "" if common or county.since is None else f"（{day(county.since)}）"


def county_states(rows: Collection[Row], report_date: date) -> dict[str, tuple[str, date | None]]:
    """By county: the worst state of its feeds that are not there, and the oldest date of the data shown instead."""
    states: dict[str, tuple[str, date | None]] = {}
    for row in rows:
        if row["status"] not in SEVERITY:
            continue
        since = None if row["days_stale"] is None else report_date - timedelta(days=row["days_stale"])
        state, known = states.get(row["county_code"], (row["status"], None))
        states[row["county_code"]] = (
            max(state, row["status"], key=SEVERITY.index),
            min(filter(None, (since, known)), default=None),
        )
    return states
