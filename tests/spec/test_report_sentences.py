"""The sentences of the daily report, in the words that the bureau uses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from employment_warehouse.report.code_names import Label
from employment_warehouse.report.formats import change, counted, number, share
from employment_warehouse.report.sentences import (
    CarriedForward,
    carried_forward,
    comparison,
    county_states,
    not_judged,
    place,
    progress,
    schedule,
    to_do,
)

PERSONS = Label("人", "persons")
YUANYANG, LUCHUN = Label("元阳县", "Yuanyang"), Label("绿春县", "Lüchun")
MAY_18 = date(2024, 5, 18)


def target(gap: int, daily: str | None, *, on_track: bool = False) -> dict[str, Any]:
    return {
        "target_value": 1_440_000,
        "actual_value": 1_440_000 - gap,
        "required_daily_change": None if daily is None else Decimal(daily),
        "deadline": date(2024, 12, 31),
        "on_track": on_track,
    }


def text(label: Label | None) -> str:
    assert label is not None
    return label.zh


@pytest.mark.parametrize(
    ("scheduled", "said"),
    [
        ("1003.00", "比进度线少 3 人"),
        ("1000.30", "比进度线少 1 人"),
        ("999.70", "与进度线持平"),
        ("998.50", "比进度线多 1 人"),
    ],
)
def test_a_part_of_a_person_is_needed_whole_and_not_in_hand(scheduled: str, said: str) -> None:
    """The schedule has two digits: who is behind lacks one person at least."""
    row = {"actual_value": 1000, "scheduled_value": Decimal(scheduled), "on_track": Decimal(scheduled) <= 1000}
    assert text(schedule(row, None)) == said


def test_progress_names_the_gap_the_deadline_and_the_days_for_one_person() -> None:
    assert text(progress(target(103, "0.4578"), PERSONS)) == "到12月31日还差 103 人，平均每 2 天须净增 1 人"


def test_progress_names_the_persons_a_day_rounded_up() -> None:
    assert text(progress(target(11_250, "50.2"), PERSONS)) == "到12月31日还差 11,250 人，平均每天须净增 51 人"


@pytest.mark.parametrize(
    "row", [target(-5, "-0.02", on_track=True), target(10, None), target(10, "0.1", on_track=True)]
)
def test_progress_is_silent_where_nothing_has_to_be_gained(row: dict[str, Any]) -> None:
    assert progress(row, PERSONS) is None


def test_why_a_target_is_not_judged_says_only_what_is_so() -> None:
    """A first publication on the day of the deadline has no schedule, though every county has sent its register."""
    row = target(103, None) | {"on_track": None}
    last_day, may = date(2024, 12, 31), date(2024, 5, 20)
    zh, en = not_judged(row, last_day, [], 13) or Label("", "")
    assert (zh, en) == (
        "到期日12月31日之前没有基期，没有进度线",
        "without a baseline before the deadline, 2024-12-31, there is no schedule",
    )
    assert text(not_judged(row, may, [YUANYANG, LUCHUN], 13)) == "元阳县、绿春县从未报送劳动力台账，未计入"
    assert text(not_judged(row, may, [YUANYANG, LUCHUN], 2)) == "从未报送劳动力台账"
    assert not_judged(target(103, None), may, [], 13) is None


def test_comparison_names_the_counties_that_are_not_compared() -> None:
    zh = text(comparison(-1, 13, [(YUANYANG, 1)], 1))
    assert zh == "与昨日可比的 12 个县市合计减少 1 人；元阳县昨日未报，不参加比较。"


def test_comparison_gives_the_reason_why_a_county_is_not_compared() -> None:
    zh = text(comparison(Decimal(25), 13, [(YUANYANG, "missing"), (LUCHUN, "held")], 1))
    assert zh == "与昨日可比的 11 个县市合计增加 25 人；元阳县今日未报、绿春县今日暂扣，不参加比较。"


def test_counties_with_one_reason_are_named_together() -> None:
    zh = text(comparison(0, 13, [(YUANYANG, 1), (LUCHUN, 1)], 1))
    assert zh == "与昨日可比的 11 个县市合计持平；元阳县、绿春县昨日未报，不参加比较。"


def test_comparison_without_a_change_or_without_an_earlier_day() -> None:
    assert text(comparison(0, 13, [], 1)) == "与昨日可比的 13 个县市合计持平。"
    assert text(comparison(None, 13, [], 1)) == "首次发布，无昨日数据可比。"


def test_the_comparison_with_a_week_ago_names_what_was_missing_then() -> None:
    zh, en = comparison(5, 2, [(YUANYANG, 7)], 7)
    assert zh == "与7日前可比的 1 个县市合计增加 5 人；元阳县7日前未报，不参加比较。"
    assert en.startswith("1 county reported both 7 days ago and today: +5 persons;")
    assert text(comparison(0, 1, [(YUANYANG, 7)], 7)) == "没有7日前数据可比。"


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 counties owe"), (1, "1 county owes"), (Decimal("1.00"), "1 county owes"), (1300, "1,300 counties owe")],
)
def test_one_of_something_is_not_said_in_the_plural(number: int | Decimal, said: str) -> None:
    assert counted(number, "county owes", "counties owe") == said


def test_one_person_is_one_in_every_sentence() -> None:
    _, en = comparison(1, 2, [(YUANYANG, 7)], 7) or ("", "")
    assert en.startswith("1 county reported both 7 days ago and today: +1 person;")
    _, en = progress(target(1, "0.9"), PERSONS) or ("", "")
    assert en == "1 person short of the target of 2024-12-31: one every 1 day on average"


def test_carried_forward_names_states_and_the_common_date() -> None:
    carried = [CarriedForward(YUANYANG, "missing", MAY_18), CarriedForward(LUCHUN, "held", MAY_18)]
    assert text(carried_forward(carried, 13)) == "元阳县未报、绿春县暂扣，均沿用 5月18日数据。"
    assert text(carried_forward(carried[:1], 13)) == "元阳县未报，沿用 5月18日数据。"


def test_carried_forward_names_each_date_where_they_differ() -> None:
    carried = [CarriedForward(YUANYANG, "missing", MAY_18), CarriedForward(LUCHUN, "held", date(2024, 5, 1))]
    assert text(carried_forward(carried, 13)) == "元阳县未报（5月18日）、绿春县暂扣（5月1日），沿用上次数据。"


def test_all_counties_are_counted_and_not_listed() -> None:
    carried = [CarriedForward(Label(f"县{n}", f"county {n}"), "missing", MAY_18) for n in range(13)]
    assert text(carried_forward(carried, 13)) == "13 个县市全部未报，沿用 5月18日数据。"


def test_a_county_is_missing_if_one_of_its_feeds_is_and_held_if_one_is_held() -> None:
    rows = [
        {"county_code": "532528", "status": "held", "days_stale": 1},
        {"county_code": "532528", "status": "missing", "days_stale": 2},
        {"county_code": "532531", "status": "held", "days_stale": None},
        {"county_code": "532501", "status": "on_time", "days_stale": 0},
    ]
    assert county_states(rows, date(2024, 5, 20)) == {"532528": ("missing", MAY_18), "532531": ("held", None)}


def test_nothing_of_yesterday_is_said_in_a_few_words() -> None:
    assert text(comparison(0, 2, [(YUANYANG, 1), (LUCHUN, 1)], 1)) == "没有昨日数据可比。"


def test_who_must_act_is_named_with_what_and_how_much_and_at_most_three_counties() -> None:
    names = [Label(name, name) for name in ("个旧市", "开远市", "蒙自市", "弥勒市")]
    said = to_do(
        [(YUANYANG, 1200), (LUCHUN, 34)],
        [(name, Decimal("0.1")) for name in names],
        {"held": [], "missing": [LUCHUN]},
    )
    assert said == (
        "零就业搬迁家庭 1,234 户待清零（元阳县、绿春县）；欠发 0.40 元（个旧市、开远市、蒙自市等 4 个县市）；"
        "报送未报（绿春县）。",
        "1,234 relocated households to clear (Yuanyang, Lüchun); CNY 0.40 owed (个旧市, 开远市, 蒙自市 and 1 more);"
        " feeds missing (Lüchun).",
    )
    assert to_do([], [], {"held": [], "missing": []}) is None


@pytest.mark.parametrize(
    ("previous", "said"),
    [(5, "，比上周升 2 位"), (2, "，比上周降 1 位"), (3, ""), (None, "")],
)
def test_a_county_s_rank_is_said_with_its_move(previous: int | None, said: str) -> None:
    row = {"value": Decimal("0.897"), "rank": 3, "previous_rank": previous}
    assert text(place(row, None)) == f"务工规模完成率 89.7%，列全州第 3 位{said}。"
    assert place({**row, "rank": None}, None) is None


def test_a_tie_is_rounded_away_from_zero_as_in_the_workbook() -> None:
    ties = [Decimal(thousandths * 10 + 5) / 10_000 for thousandths in range(1000)]
    shown = [share(tie) for tie in ties]
    assert shown == [f"{(thousandths + 1) / 10:.1f}%" for thousandths in range(1000)]
    assert [share(float(tie)) for tie in ties] == shown
    assert [change(-tie, "share") for tie in ties] == [f"-{text.rstrip('%')}" for text in shown]
    assert (number(Decimal("12.25"), "rate"), number(Decimal("12.5"), "day")) == ("12.3", "13")


@pytest.mark.parametrize("unit", ["person", "share", "CNY", "rate"])
def test_a_change_that_rounds_to_nothing_has_no_sign(unit: str) -> None:
    assert change(Decimal("-0.0000"), unit) == "0"
    assert change(Decimal("0.00"), unit) == "0"
