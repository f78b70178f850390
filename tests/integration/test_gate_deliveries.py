"""Gate 1 on a real server: what it holds, what it lets pass, and how it names it."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.kit.nights import Nights, start_build

from employment_warehouse import database, gate, publication, settings
from employment_warehouse.contract import Contract, contract_of, contracts
from employment_warehouse.errors import UserError

Row = dict[str, Any]
COUNTIES = ("532501", "532502", "532503", "532504")
FIRST = date(2024, 5, 1)
# Switched off in the settings: whole columns are renewed each term; a project is one row, and that may change.
SWITCHED_OFF = {"youth_support": {"agreement"}, "relief_project": {"agreement", "shift", "null_rise"}}


class GatedNights(Nights):
    """Nights in which gate 1 accepts or holds what was delivered."""

    def start(self, on: date | str) -> int:
        """Begin a night; its build. Accepting is what gate 1 does."""
        return start_build(on)

    def night(self, on: date | str) -> gate.Gate1Result:
        """A whole night: offered, gated, published."""
        build = self.start(on)
        result = gate.gate_deliveries(build)
        self.publish(build)
        return result

    def status(self, delivery: int) -> tuple[str, str]:
        """Status and reason of a delivery."""
        return self.rows("select status, coalesce(reason, '') from ops.delivery where delivery_id = %s", delivery)[0]

    def failures(self, unit: str) -> set[str]:
        """Names of the critical checks of gate 1 that failed for a unit in the newest build."""
        failed = self.rows(
            """
            select check_name from ops.check_result
            where gate = 1 and unit = %s and not success and severity = 'critical'
                and build = (select max(build) from ops.build)
            """,
            unit,
        )
        return {name for (name,) in failed}


@pytest.fixture
def nights(warehouse: psycopg.Connection) -> GatedNights:
    """The nights of an empty warehouse with its settings."""
    return GatedNights(warehouse)


def make_rows(feed: str, unit: str, day: date, count: int = 60, seed: int = 1) -> list[Row]:
    """Plausible rows of a feed, the same for the same arguments but for what moves with the day."""
    declared = contract_of(feed)
    chance = random.Random(f"{feed} {unit} {seed}")
    if declared.key == (declared.unit_column,):
        count = 1
    return [_make_row(declared, unit, day, number, chance) for number in range(count)]


def _make_row(declared: Contract, unit: str, day: date, number: int, chance: random.Random) -> Row:
    size = chance.uniform(0.5, 1.5)
    dated = datetime(2024, 1, 1 + chance.randrange(5), 8, tzinfo=settings.TIMEZONE)
    row: Row = {}
    for column in declared.columns:
        names = [name for name, _ in declared.landing_columns_of(column)]
        value: Any
        match column.type.name:
            case "id_number" | "person_name" | "mobile" | "bank_account":
                value = uuid.UUID(int=chance.getrandbits(128))
            case "code":
                value = chance.choice(sorted(set(column.codes.values())))
            case "boolean":
                value = chance.random() < 0.3
            case "date":
                value = day if column.name == "updated_on" else dated.date()
            case "month":
                value = day.replace(day=1)
            case "timestamp":
                value = dated
            case "decimal" | "integer":
                value = min(3000 * size, 0.6 * (column.maximum or 1e9) * size)
                value = round(value, 2) if column.type.name == "decimal" else round(value)
            case _:
                value = f"{column.name} {number} {chance.randrange(1000)}"
        row |= dict.fromkeys(names, None) | {names[0]: value}
    if declared.unit_column:
        row[declared.unit_column] = unit
    return row


def tomorrow(day: date) -> date:
    return day + timedelta(1)


# --- seeded defects, feed by feed -------------------------------------------------------------------------


@dataclass(frozen=True)
class Defect:
    """What is wrong with a delivery, and the check that must name it."""

    name: str
    check: str
    break_rows: Callable[[list[Row]], list[Row]]
    rejected: int = 0
    missing: int = 0


def changed(column: str, value: Callable[[Any], Any]) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [row | {column: value(row[column])} for row in rows]


def swapped(first: str, second: str) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [row | {first: row[second], second: row[first]} for row in rows]


def again(column: str, value: Callable[[Any], Any]) -> Callable[[list[Row]], list[Row]]:
    """Every line twice, the second time with another value in a column of the key."""
    return lambda rows: [*rows, *(row | {column: value(row[column])} for row in rows)]


def defects(declared: Contract) -> Iterator[Defect]:
    """Everything that can be done to a delivery of this feed without knowing it."""
    compared = declared.kind in ("snapshot", "period")
    yield Defect("all but one row rejected", "rejected.share", lambda rows: rows[:1], rejected=59)
    yield Defect("every row rejected", "rows.rejected_all", lambda rows: [], rejected=60)
    yield Defect("rows lost on the way", "rows.unaccounted", lambda rows: rows, missing=1)
    if compared and declared.feed != "relief_payroll":
        yield Defect("cut to a third", "volume.ratio", lambda rows: rows[: len(rows) // 3])
        missed_by = "overlap" if declared.feed == "youth_support" else "volume.ratio"
        yield Defect("cut to a half", missed_by, lambda rows: rows[: len(rows) // 2])
        yield Defect("nothing any more", "volume.ratio", lambda rows: [])
    if compared:
        yield Defect("six times as much", "volume.ratio", lambda rows: rows * 6)
    needed = [name for name in declared.key if declared.column(name).required]
    if declared.kind == "snapshot" and needed[-1] != declared.unit_column:
        key = declared.landing_name(declared.column(needed[-1]))
        yield Defect("the file of somebody else", "overlap", changed(key, other_value))
    if declared.kind == "period":
        last = declared.key[-1] if declared.key[-1] != "period" else declared.key[0]
        yield Defect("a month doubled", "twin.share", again(last, lambda value: f"{value} again"))
        yield Defect(
            "the same file under two months", "repeated.share", again("period", lambda value: date(2024, 3, 1))
        )
        yield Defect("more paid than due", "paid.share", changed("amount_due", lambda value: value * 0.9))
    for rule in declared.rules:
        yield Defect(
            f"breaks {rule.name}",
            f"rule.{rule.name}.broken",
            lambda rows, columns=rule.columns: [row | out_of_order(row, columns) for row in rows],
        )
    for column in declared.columns:
        yield from column_defects(declared, column.name, compared)


def column_defects(declared: Contract, name: str, compared: bool) -> Iterator[Defect]:
    column = declared.column(name)
    (landed, kind), *_ = declared.landing_columns_of(column)
    if landed == declared.unit_column:
        return
    if column.required:
        yield Defect(f"{name} is empty", f"{name}.broken", changed(landed, lambda value: None))
    elif compared:
        yield Defect(f"{name} is empty", f"{name}.null_rise", changed(landed, lambda value: None))
    if declared.kind == "snapshot" and name == "updated_on":
        yield Defect("not updated for two months", "days_stale", changed(landed, lambda value: value - timedelta(61)))
    if kind in ("integer", "numeric") and name not in declared.key:
        against = {"events": ("mean", "peer"), "batch": ("peer",)}.get(declared.kind, ("mean",))
        for check in (f"{name}.{other}_ratio" for other in against):
            yield Defect(f"{name} times 100, {check}", check, changed(landed, lambda value: value * 100))
            if declared.kind != "events":  # advice costs nothing
                yield Defect(f"{name} is nothing", check, changed(landed, lambda value: 0))
    if column.codes and column.type.needs_codes:
        yield Defect(f"{name} has an unknown code", f"{name}.broken", changed(landed, lambda value: "?"))
        if compared:
            code = sorted(set(column.codes.values()))[0]
            yield Defect(f"{name} is all {code}", f"{name}.shift", changed(landed, lambda value: code))
    texts = [
        other.name
        for other in declared.columns
        if other.type.name in ("text", "reference", "unit_number")
        and other.name not in (*declared.key, declared.unit_column)
    ]
    if declared.kind == "snapshot" and name in texts[:-1]:
        other = texts[texts.index(name) + 1]
        yield Defect(f"{name} and {other} swapped", f"{name}.agreement", swapped(name, other))


def other_value(value: Any) -> Any:
    """Another value of the same type."""
    match value:
        case uuid.UUID():
            return uuid.uuid5(value, "other")
        case date():
            return value - timedelta(100)
        case _:
            return f"{value} other"


def out_of_order(row: Row, columns: Sequence[str]) -> Row:
    """The first two columns of a rule that orders them, the wrong way round. Of two dates the rules name the later
    one first, of more the earliest; of two amounts the smaller, but for wages."""
    small, large = (date(2023, 1, 1), date(2024, 1, 1)) if isinstance(row[columns[0]], date) else (10, 20)
    if isinstance(row[columns[0]], datetime):
        small, large = (datetime(year, 1, 1, tzinfo=settings.TIMEZONE) for year in (2023, 2024))
    earliest_first = len(columns) > 2 or columns[-1] == "workers"
    return dict(zip(columns, (large, small) if earliest_first else (small, large), strict=False))


def seeded_defects(feed: str) -> list[Defect]:
    """Those of a feed whose check is not switched off for it."""
    off = SWITCHED_OFF.get(feed, set())
    return [defect for defect in defects(contract_of(feed)) if defect.check.rpartition(".")[2] not in off]


def test_the_number_of_seeded_defects_is_reported() -> None:
    report = (settings.project_root() / "docs" / "reliability.md").read_text("utf-8")
    count = sum(len(seeded_defects(feed)) for feed in contracts())
    assert f"植入 {count} 种报送缺陷" in report and f"{count} of {count} held" in report


@pytest.mark.parametrize("feed", sorted(contracts()))
def test_every_seeded_defect_of_a_feed_is_held_and_named(nights: GatedNights, feed: str) -> None:
    """Each unit of the second night has one defect; three have none."""
    seeded = seeded_defects(feed)
    units = [f"U{number:03}" for number in range(len(seeded) + 3)]
    for unit in units:
        nights.deliver(feed, unit, FIRST, make_rows(feed, unit, FIRST))
    assert nights.night(FIRST).held == ()

    second = tomorrow(FIRST)
    for unit in units[len(seeded) :]:
        nights.deliver(feed, unit, second, make_rows(feed, unit, second))
    sent_broken = {}
    for unit, defect in zip(units, seeded, strict=False):
        # What has no history of its own is held against the others.
        sender = f"new {unit}" if defect.check.endswith("peer_ratio") else unit
        rows = defect.break_rows(make_rows(feed, sender, second))
        sent_broken[sender] = defect, nights.deliver(feed, sender, second, rows, rejected=defect.rejected)
        if defect.missing:
            nights.connection.execute(
                sql.SQL("delete from landing.{} where delivery_id = %s and line = 2").format(sql.Identifier(feed)),
                (sent_broken[sender][1],),
            )
    result = nights.night(second)

    unnamed = {
        defect.name: (defect.check, sorted(nights.failures(unit)))
        for unit, (defect, delivery) in sent_broken.items()
        if delivery not in result.held or defect.check not in nights.failures(unit)
    }
    assert unnamed == {}
    assert len(result.accepted) == 3


def test_there_are_more_than_sixty_seeded_defects() -> None:
    assert sum(len(list(defects(declared))) for declared in contracts().values()) > 60


# --- what must pass ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "numbers", [range(16, 25), pytest.param(range(30), marks=pytest.mark.torture)], ids=["nine", "thirty"]
)
def test_clean_nights_with_a_spring_festival_dip_hold_nothing(nights: GatedNights, numbers: range) -> None:
    """Each day some entries come and go; over the festival a quarter of the spells ends within days, one of the
    counties in a single night."""
    chance = random.Random(1)
    day = date(2024, 1, 20) + timedelta(numbers.start)
    counties = COUNTIES[:2]
    state = {county: make_rows("employment", county, day, 120) for county in counties}
    held: list[int] = []
    for number in numbers:
        day = tomorrow(day)
        for county, rows in state.items():
            leaving = 1 + (9 if 18 <= number < 22 else 0)
            if (county, number) == (counties[1], 18):
                leaving = len(rows) // 4
            chance.shuffle(rows)
            rows[:leaving] = make_rows("employment", county, day, 1 if number < 24 else 3, seed=number)
            rows_sent = [row | ({"updated_on": day} if chance.random() < 0.1 else {}) for row in rows]
            nights.deliver("employment", county, day, rows_sent)
        held += nights.night(day).held
    assert held == []


def test_weeks_of_services_and_nights_of_the_platform_may_differ(nights: GatedNights) -> None:
    """Training before the festival, then advice, hundreds of transport allowances after it; orders, then payments."""
    services = make_rows("employment_service", COUNTIES[0], FIRST, 300)
    training = [row | {"service_type": "skill_training", "amount": 1800} for row in services[:40]]
    advice = [row | {"service_type": "career_guidance", "training_type": None, "amount": 0} for row in services[40:80]]
    unpriced = [row | {"amount": None} for row in advice]
    allowances = [row | {"service_type": "transport_allowance", "amount": 500} for row in services[80:]]
    orders = [
        row | {"amount_due": 60, "amount_paid": None, "paid_at": None} for row in make_rows("gig_orders", "hr", FIRST)
    ]
    paid = [row | {"amount_due": 90, "amount_paid": 90} for row in make_rows("gig_orders", "hr", FIRST)]
    held = []
    weeks = [training + advice, advice, unpriced, allowances + advice, training, training[:5], allowances]
    for number, week in enumerate(weeks):
        day = FIRST + timedelta(7 * number)
        nights.deliver("employment_service", COUNTIES[0], day, week)
        nights.deliver("gig_orders", "hr", day, paid if number % 2 else orders)
        held += nights.night(day).held
    assert held == []


def test_a_report_after_a_small_one_is_compared_with_the_last_large_one(nights: GatedNights) -> None:
    """The platform has no peers; few things happen on a Sunday."""
    postings = make_rows("job_postings", "hr", FIRST)
    in_fen = changed("wage_min", lambda wage: wage * 100)(changed("wage_max", lambda wage: wage * 100)(postings))
    for number, rows in enumerate((postings, postings[:3], in_fen)):
        nights.deliver("job_postings", "hr", FIRST + timedelta(number), rows)
        nights.night(FIRST + timedelta(number))
    assert nights.failures("hr") == {"wage_min.mean_ratio", "wage_max.mean_ratio"}


def test_the_first_rows_after_a_nil_return_are_compared_with_other_counties(nights: GatedNights) -> None:
    for county in COUNTIES[1:]:
        nights.deliver("employment", county, FIRST, make_rows("employment", county, FIRST))
    nights.deliver("employment", COUNTIES[0], FIRST, [], kind="nil")
    assert nights.night(FIRST).held == ()
    rows = make_rows("employment", COUNTIES[0], tomorrow(FIRST))
    in_wan = changed("monthly_wage", lambda wage: round(wage / 10_000, 2))(rows)
    nights.deliver("employment", COUNTIES[0], tomorrow(FIRST), in_wan)
    nights.night(tomorrow(FIRST))
    assert nights.failures(COUNTIES[0]) == {"monthly_wage.peer_ratio"}


def payroll(project: str, month: date, days: int) -> list[Row]:
    """The payroll of fifteen workers who worked so many days."""
    return [
        row | {"days_worked": days, "amount_due": 140 * days, "amount_paid": 140 * days}
        for row in make_rows("relief_payroll", project, month, 15, seed=month.month)
    ]


def test_a_project_that_begins_or_ends_within_a_month_is_not_held(nights: GatedNights) -> None:
    """Also not among projects that work all the month."""
    for project in ("P1", "P2", "P3"):
        nights.deliver("relief_payroll", project, FIRST, payroll(project, FIRST, 24))
    assert nights.night(FIRST).held == ()
    held = []
    for number, days in enumerate((3, 25, 24, 1)):
        day = date(2024, 6 + number, 1)
        nights.deliver("relief_payroll", "P4", day, payroll("P4", day, days))
        held += nights.night(day).held
    assert held == []


def test_the_wages_of_a_small_project_are_compared(nights: GatedNights) -> None:
    nights.deliver("relief_payroll", "P1", FIRST, payroll("P1", FIRST, 24))
    nights.night(FIRST)
    june = date(2024, 6, 1)
    in_fen = [
        row | {name: row[name] * 100 for name in ("amount_due", "amount_paid")} for row in payroll("P1", june, 22)
    ]
    nights.deliver("relief_payroll", "P1", june, in_fen)
    nights.night(june)
    assert nights.failures("P1") == {"amount_due.mean_ratio", "amount_paid.mean_ratio"}


def test_a_comparison_without_history_is_recorded_as_such_and_passes(nights: GatedNights) -> None:
    nights.deliver("labor_register", COUNTIES[0], FIRST, make_rows("labor_register", COUNTIES[0], FIRST))
    assert nights.night(FIRST).held == ()
    found = nights.connection.execute(
        "select success, observed from ops.check_result where check_name = 'volume.ratio'"
    ).fetchall()
    assert found == [(True, "无历史 no history")]


def test_a_handful_of_rows_is_not_compared(nights: GatedNights) -> None:
    nights.deliver("employment", COUNTIES[0], FIRST, make_rows("employment", COUNTIES[0], FIRST, 12))
    nights.night(FIRST)
    nights.deliver("employment", COUNTIES[0], tomorrow(FIRST), make_rows("employment", COUNTIES[0], FIRST, 4))
    assert nights.night(tomorrow(FIRST)).held == ()


def test_a_county_may_begin_to_fill_in_a_column(nights: GatedNights) -> None:
    rows = make_rows("employment", COUNTIES[0], FIRST)
    blank = dict.fromkeys(("occupation", "has_contract", "labor_brand"))
    nights.deliver("employment", COUNTIES[0], FIRST, [row | blank for row in rows])
    nights.night(FIRST)
    nights.deliver("employment", COUNTIES[0], tomorrow(FIRST), rows)
    assert nights.night(tomorrow(FIRST)).held == ()


def test_terms_of_an_allowance_may_be_left_empty_begin_and_be_listed_anew(nights: GatedNights) -> None:
    students = make_rows("youth_support", COUNTIES[0], FIRST)

    def listed(*terms: str | None) -> list[Row]:
        return [student | {"allowance_term": term} for student in students for term in terms]

    spring, autumn = "2024年春季学期", "2024年秋季学期"
    sent = [listed(None), listed(None), listed(spring), listed(spring, autumn), listed(autumn)]
    held = []
    for number, rows in enumerate(sent):
        day = FIRST + timedelta(number)
        nights.deliver("youth_support", COUNTIES[0], day, rows)
        held += nights.night(day).held
    assert held == []


@pytest.mark.parametrize("mistyped", [1, 60])
def test_a_date_that_is_a_year_ahead_does_not_hide_a_stale_register(nights: GatedNights, mistyped: int) -> None:
    """Neither one cell among others of last winter, nor all of them."""
    year_ahead, stale = FIRST + timedelta(365), FIRST - timedelta(90)
    rows = make_rows("employment", COUNTIES[0], FIRST)
    sent = [row | {"updated_on": year_ahead if n < mistyped else stale} for n, row in enumerate(rows)]
    nights.deliver("employment", COUNTIES[0], FIRST, sent)
    nights.night(FIRST)
    assert nights.failures(COUNTIES[0]) == {"days_stale"}


def test_rows_updated_after_the_day_that_they_report_are_not_stale(nights: GatedNights) -> None:
    """A file that comes late."""
    nights.deliver("employment", COUNTIES[0], FIRST, make_rows("employment", COUNTIES[0], FIRST + timedelta(3)))
    assert nights.night(FIRST).held == ()


def test_a_batch_of_a_bank_may_be_much_longer_or_shorter_than_the_others(nights: GatedNights) -> None:
    """The number of a line is not an amount."""

    def batch(unit: str, lines: int) -> list[Row]:
        return [row | {"line_no": n} for n, row in enumerate(make_rows("bank_return", unit, FIRST, lines), 1)]

    for unit in ("PC1", "PC2", "PC3"):
        nights.deliver("bank_return", unit, FIRST, batch(unit, 50))
    assert nights.night(FIRST).held == ()
    nights.deliver("bank_return", "PC4", tomorrow(FIRST), batch("PC4", 1500))
    assert nights.night(tomorrow(FIRST)).held == ()


def test_a_nil_return_of_a_new_unit_is_a_report(nights: GatedNights) -> None:
    nil = nights.deliver("public_post", COUNTIES[0], FIRST, [], kind="nil")
    assert nights.night(FIRST).accepted == (nil,)


def test_an_empty_register_is_held_even_without_history(nights: GatedNights) -> None:
    nil = nights.deliver("labor_register", COUNTIES[0], FIRST, [], kind="nil")
    assert nights.night(FIRST).held == (nil,)


# --- deliveries, parts, revisions, nights -----------------------------------------------------------------


def cut_to_a_third(nights: GatedNights) -> int:
    """A good night, and a second one in which the register of the first county is cut to a third: its delivery."""
    nights.deliver("labor_register", COUNTIES[0], FIRST, make_rows("labor_register", COUNTIES[0], FIRST))
    nights.night(FIRST)
    second = tomorrow(FIRST)
    return nights.deliver("labor_register", COUNTIES[0], second, make_rows("labor_register", COUNTIES[0], second)[:20])


@pytest.mark.quick
def test_the_reason_has_the_value_and_the_normal_range(nights: GatedNights) -> None:
    cut = cut_to_a_third(nights)
    nights.night(tomorrow(FIRST))
    status, reason = nights.status(cut)
    assert status == "held"
    assert reason.startswith("入库前检查")
    assert nights.rows("select held_by from ops.delivery where delivery_id = %s", cut) == [("gate_1",)]
    assert "农村劳动力台账本次 20 行，上次 60 行，仅为上次的 33%（正常为 80%–180%）" in reason


def test_the_parts_of_a_snapshot_are_checked_and_held_together(nights: GatedNights) -> None:
    rows = make_rows("labor_register", COUNTIES[0], FIRST)
    nights.deliver("labor_register", COUNTIES[0], FIRST, rows)
    nights.night(FIRST)
    second = tomorrow(FIRST)
    halves = [
        nights.deliver("labor_register", COUNTIES[0], second, rows[:30], part="1"),
        nights.deliver("labor_register", COUNTIES[0], second, rows[30:], part="2"),
    ]
    assert nights.night(second).accepted == tuple(halves)
    third = tomorrow(second)
    halves = [
        nights.deliver("labor_register", COUNTIES[0], third, rows[:10], part="1"),
        nights.deliver("labor_register", COUNTIES[0], third, rows[30:40], part="2"),
    ]
    assert nights.night(third).held == tuple(halves)


def test_a_late_part_is_checked_together_with_the_part_accepted_before(nights: GatedNights) -> None:
    rows = make_rows("labor_register", COUNTIES[0], FIRST)
    nights.deliver("labor_register", COUNTIES[0], FIRST, rows[:58], part="1")
    nights.night(FIRST)
    late = nights.deliver("labor_register", COUNTIES[0], FIRST, rows[58:], part="2")
    assert nights.night(FIRST).accepted == (late,)


@pytest.mark.parametrize(("kind", "part", "holds"), [("correction", "～001", False), ("file", "2", True)])
def test_a_part_that_could_not_be_read_holds_the_others_and_a_workbook_does_not(
    nights: GatedNights, kind: str, part: str, holds: bool
) -> None:
    """Accepted before it came, they are judged with it when they are offered again."""
    rows = make_rows("labor_register", COUNTIES[0], FIRST)
    first = nights.deliver("labor_register", COUNTIES[0], FIRST, rows, part="1")
    assert nights.night(FIRST).accepted == (first,)
    refused = nights.deliver("labor_register", COUNTIES[0], FIRST, part=part, kind=kind)
    nights.connection.execute(
        "update ops.delivery set status = 'refused', reason = 'workbook_encrypted' where delivery_id = %s", (refused,)
    )
    assert nights.night(FIRST) == gate.Gate1Result((), ())
    publication.roll_back(1, [], "a wrong formula")
    assert nights.night(FIRST).held == ((first,) if holds else ())
    assert nights.failures(COUNTIES[0]) == ({"parts.refused"} if holds else set())


@dataclass
class HeldParts:
    """A night that holds a register of two parts of which one is wrong, after a good night; deliveries, and rows."""

    night: date
    good: int
    wrong: int
    rows: list[Row]


def hold_parts(nights: GatedNights, wrong: str) -> HeldParts:
    """wrong: the name of the part, `1` (50 rows) or `2` (10 rows)."""
    second = tomorrow(FIRST)
    rows = make_rows("labor_register", COUNTIES[0], FIRST)
    nights.deliver("labor_register", COUNTIES[0], FIRST, rows)
    nights.night(FIRST)
    sent = {
        part: nights.deliver(
            "labor_register",
            COUNTIES[0],
            second,
            [row | ({"work_capacity": "?"} if part == wrong else {}) for row in of_part],
            part=part,
        )
        for part, of_part in (("1", rows[:50]), ("2", rows[50:]))
    }
    assert nights.night(second).held == tuple(sent.values())
    return HeldParts(second, *(number for part, number in sorted(sent.items(), key=lambda s: s[0] == wrong)), rows)


def test_a_part_that_is_sent_again_is_judged_with_those_that_were_held_with_it(nights: GatedNights) -> None:
    """Alone it would be taken for the whole, and the persons of the other part for those who left."""
    parts = hold_parts(nights, wrong="1")
    again = nights.deliver("labor_register", COUNTIES[0], parts.night, parts.rows[:50], part="1")
    assert nights.night(parts.night).accepted == (parts.good, again)
    assert nights.status(parts.wrong)[0] == "held"


def test_a_part_stays_held_while_another_part_is_wrong(nights: GatedNights) -> None:
    parts = hold_parts(nights, wrong="2")
    again = nights.deliver("labor_register", COUNTIES[0], parts.night, parts.rows[1:50], part="1")
    assert nights.night(parts.night).held == (parts.wrong, again)
    assert nights.status(parts.good)[0] == "held"
    assert nights.night(tomorrow(parts.night)) == gate.Gate1Result((), ())


def test_two_halves_that_come_on_two_days_are_judged_together(nights: GatedNights) -> None:
    rows = make_rows("labor_register", COUNTIES[0], FIRST)
    nights.deliver("labor_register", COUNTIES[0], FIRST, rows)
    nights.night(FIRST)
    second = tomorrow(FIRST)
    half = nights.deliver("labor_register", COUNTIES[0], second, rows[:30], part="1")
    assert nights.night(second).held == (half,)
    other = nights.deliver("labor_register", COUNTIES[0], second, rows[30:], part="2")
    third = tomorrow(second)
    assert gate.preview(nights.connection, "labor_register", COUNTIES[0], second, third) == []
    assert nights.night(third).accepted == (half, other)


def test_what_a_rollback_offers_again_is_judged_with_the_part_that_was_held_beside_it(nights: GatedNights) -> None:
    """As if both had come in one night: nothing of what was rolled back is known any more."""
    rows = make_rows("labor_register", COUNTIES[0], FIRST)
    whole = nights.deliver("labor_register", COUNTIES[0], FIRST, rows, part="1")
    nights.night(FIRST)
    wrong = nights.deliver(
        "labor_register", COUNTIES[0], FIRST, [row | {"work_capacity": "?"} for row in rows], part="2"
    )
    assert nights.night(FIRST).held == (wrong,)
    publication.roll_back(1, [], "a wrong formula")
    again = nights.night(FIRST)
    assert (again.accepted, set(again.held)) == ((), {whole, wrong})


def test_a_good_correction_is_accepted_after_a_held_delivery(nights: GatedNights) -> None:
    cut = cut_to_a_third(nights)
    second = tomorrow(FIRST)
    nights.night(second)
    whole = nights.deliver("labor_register", COUNTIES[0], second, make_rows("labor_register", COUNTIES[0], second))
    assert nights.night(second).accepted == (whole,)
    assert nights.status(cut)[0] == "held"


def test_a_held_submission_is_not_compared_with(nights: GatedNights) -> None:
    cut_to_a_third(nights)
    nights.night(tomorrow(FIRST))
    third = FIRST + timedelta(2)
    whole = nights.deliver("labor_register", COUNTIES[0], third, make_rows("labor_register", COUNTIES[0], third))
    assert nights.night(third).accepted == (whole,)


def test_an_operator_releases_a_delivery_on_the_record(nights: GatedNights) -> None:
    cut = cut_to_a_third(nights)
    nights.night(tomorrow(FIRST))
    with database.connect(database.OWN_LOGIN) as connection:
        connection.execute("select ops.release_delivery(%s, %s)", (cut, "villages moved to another county"))
    assert nights.night(FIRST + timedelta(2)).accepted == (cut,)
    waived = nights.connection.execute(
        "select check_name, waiver from ops.check_result where not success and severity = 'critical' and build = 3"
    ).fetchall()
    assert ("volume.ratio", "operator_of_tests: villages moved to another county") in waived


def test_a_release_includes_all_parts_that_were_held_together(nights: GatedNights) -> None:
    rows = make_rows("labor_register", COUNTIES[0], FIRST)
    nights.deliver("labor_register", COUNTIES[0], FIRST, rows)
    nights.night(FIRST)
    second = tomorrow(FIRST)
    parts = [
        nights.deliver("labor_register", COUNTIES[0], second, rows[10 * n : 10 * n + 10], part=str(n)) for n in (1, 2)
    ]
    assert nights.night(second).held == tuple(parts)
    with database.connect(database.OWN_LOGIN) as connection:
        connection.execute("select ops.release_delivery(%s, 'it is so')", (parts[0],))
    assert nights.night(second).accepted == tuple(parts)


def test_a_release_does_not_include_what_the_unit_sends_after_it(nights: GatedNights) -> None:
    """A new revision, or another part: what counts was not all released."""
    cut = cut_to_a_third(nights)
    second = tomorrow(FIRST)
    nights.night(second)
    publication.release_delivery(cut, "villages moved to another county")
    others = make_rows("labor_register", COUNTIES[1], second)
    of_another = nights.deliver("labor_register", COUNTIES[0], second, others)
    assert nights.night(second).held == (cut, of_another)
    assert "overlap" in nights.failures(COUNTIES[0])
    publication.release_delivery(of_another, "it is so")
    part = nights.deliver("labor_register", COUNTIES[0], second, others[:20], part="2")
    assert part in nights.night(second).held


def test_a_waiver_lets_one_check_of_one_unit_pass_for_its_days(nights: GatedNights) -> None:
    cut = cut_to_a_third(nights)
    for check in ("labor_register.volume.ratio", "labor_register.overlap"):
        publication.grant_waiver(check, COUNTIES[0], tomorrow(FIRST), tomorrow(FIRST), "a campaign of cleaning")
    assert nights.night(tomorrow(FIRST)).accepted == (cut,)


def test_running_the_gate_again_changes_nothing(nights: GatedNights) -> None:
    cut_to_a_third(nights)
    build = nights.start(tomorrow(FIRST))
    first = gate.gate_deliveries(build)
    written = nights.connection.execute("select count(*), max(ctid::text) from ops.check_result").fetchone()
    assert gate.gate_deliveries(build) == first
    assert nights.connection.execute("select count(*), max(ctid::text) from ops.check_result").fetchone() == written


@pytest.mark.quick
def test_a_second_run_of_a_night_checks_the_same_deliveries_again(nights: GatedNights) -> None:
    nights.deliver("labor_register", COUNTIES[0], FIRST, make_rows("labor_register", COUNTIES[0], FIRST))
    first = gate.gate_deliveries(nights.start(FIRST))
    assert gate.gate_deliveries(nights.start(FIRST)) == first


def test_a_gate_of_a_build_that_was_abandoned_is_refused(nights: GatedNights) -> None:
    nights.deliver("labor_register", COUNTIES[0], FIRST, make_rows("labor_register", COUNTIES[0], FIRST))
    old = nights.start(FIRST)
    nights.start(FIRST)
    with pytest.raises(UserError) as refused:
        gate.gate_deliveries(old)
    assert refused.value.code == "not_tonight"


def test_a_threshold_that_is_missing_stops_the_gate(nights: GatedNights) -> None:
    nights.connection.execute("delete from seeds.setting where name = 'gate_max_mean_ratio'")
    nights.deliver("employment", COUNTIES[0], FIRST, make_rows("employment", COUNTIES[0], FIRST))
    build = nights.start(FIRST)
    with pytest.raises(UserError) as refused:
        gate.gate_deliveries(build)
    assert refused.value.code == "setting_missing"
    assert nights.connection.execute("select distinct status from ops.delivery").fetchall() == [("landed",)]


def test_no_value_of_a_row_reaches_the_ledger(nights: GatedNights) -> None:
    """Not even of a row that breaks its contract: results are counts, shares and ratios."""
    rows = make_rows("employment", COUNTIES[0], FIRST)
    broken = [row | {"channel": "CANARY", "employer_name": "CANARY"} for row in rows]
    nights.deliver("employment", COUNTIES[0], FIRST, broken)
    assert nights.night(FIRST).held
    assert not nights.connection.execute(
        "select from ops.check_result as c where c::text like '%CANARY%'"
        " union all select from ops.delivery as d where d::text like '%CANARY%'"
        " union all select from ops.delivery_profile as p where p::text like '%CANARY%'"
    ).fetchall()
