"""Which date a night is for: scheduled nights begin when an operator says so, and no date is closed too early."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.kit.process import run_warehouse
from typer.testing import CliRunner

from employment_warehouse import command, publication, settings
from employment_warehouse.errors import UserError
from employment_warehouse.runtime import nights, steps, timetable

TODAY = date(2024, 5, 20)


def at(hour: int, minute: int, day: date = TODAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=settings.TIMEZONE)


@pytest.mark.parametrize(("hour", "minute"), [(6, 0), (7, 40), (21, 30)])
def test_a_scheduled_run_does_nothing_before_an_operator_has_begun_the_nights(
    hour: int, minute: int, warehouse: psycopg.Connection
) -> None:
    assert steps.choose_date(None, at(hour, minute)) == ""


@pytest.mark.parametrize(
    ("started", "chosen"),
    [
        (at(21, 30, date(2024, 5, 18)), ""),
        (at(7, 40, date(2024, 5, 19)), ""),  # for 18 May
        (at(21, 30, date(2024, 5, 19)), "2024-05-19"),
        (at(6, 0), "2024-05-19"),
        (at(21, 30), "2024-05-20"),
    ],
)
def test_scheduled_nights_run_from_the_operator_s_date_on(
    started: datetime, chosen: str, warehouse: psycopg.Connection
) -> None:
    publication.begin_nights(date(2024, 5, 19))
    assert steps.choose_date(None, started) == chosen


@pytest.mark.parametrize(
    ("now", "first", "start"),
    [
        (at(12, 0, date(2024, 4, 20)), TODAY, at(21, 30)),  # the runs of that morning are for the day before
        (at(7, 0), TODAY, at(21, 30)),
        (at(22, 0), TODAY, at(6, 0, TODAY + timedelta(days=1))),
        (at(7, 0), TODAY - timedelta(days=1), at(7, 40)),
        (at(22, 0, date(2024, 4, 20)), date(2024, 4, 21), at(21, 30, date(2024, 4, 21))),
    ],
)
def test_the_next_night_begins_when_a_run_is_for_a_date_that_is_scheduled(
    now: datetime, first: date, start: datetime, warehouse: psycopg.Connection
) -> None:
    publication.begin_nights(first)
    assert timetable.next_start(now, first) == start
    assert steps.choose_date(None, start) >= first.isoformat()


def test_a_night_that_is_asked_for_runs_without_a_begin(warehouse: psycopg.Connection) -> None:
    assert steps.choose_date("2024-01-31", at(12, 0)) == "2024-01-31"


def test_a_future_date_is_refused_before_anything_is_ingested(warehouse: psycopg.Connection) -> None:
    with pytest.raises(UserError) as refusal:
        steps.choose_date("2024-05-21", at(23, 0))
    assert refusal.value.code == "date_in_future"
    assert steps.choose_date("2024-05-20", at(0, 1)) == "2024-05-20"


def test_the_latest_decision_is_in_force_and_all_are_on_the_record(warehouse: psycopg.Connection) -> None:
    publication.begin_nights(date(2024, 6, 1))
    publication.begin_nights(date(2024, 5, 1))
    assert publication.first_scheduled_date() == date(2024, 5, 1)
    found = warehouse.execute("select first_date from ops.schedule_begin order by decision").fetchall()
    assert found == [(date(2024, 6, 1),), (date(2024, 5, 1),)]


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (at(0, 30), at(20, 0)),
        (at(19, 59), at(20, 0)),
        (at(20, 0), None),
        (at(8, 0, TODAY + timedelta(days=1)), None),
    ],
)
def test_what_is_still_due_today_is_known_before_its_hour(now: datetime, last: datetime | None) -> None:
    assert nights.last_due(TODAY, now) == last


@pytest.fixture
def morning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The command line at eight in the morning of TODAY; the arguments that name a warehouse that is not running."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return at(8, 0)

    monkeypatch.setattr(command.nights, "datetime", Clock)
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path))
    settings.Home(tmp_path).secret("the first")
    return ["--home", str(tmp_path)]


def test_night_of_today_asks_before_the_reports_are_due(morning: list[str]) -> None:
    asked = CliRunner().invoke(command.app, [*morning, "night", str(TODAY)], input="n\n")
    assert asked.exit_code == 1
    assert "20:00" in asked.output
    assert "未报" in asked.output


def test_without_anyone_to_ask_night_of_today_needs_yes(morning: list[str]) -> None:
    refused = CliRunner().invoke(command.app, [*morning, "night", str(TODAY)])
    assert isinstance(refused.exception, UserError)
    assert refused.exception.code == "not_due_yet"
    assert "--yes" in refused.exception.todo
    agreed = CliRunner().invoke(command.app, [*morning, "night", str(TODAY), "--yes"])
    assert isinstance(agreed.exception, UserError)
    assert agreed.exception.code == "not_running"  # no longer the date: it went on to run the night
    past = CliRunner().invoke(command.app, [*morning, "night", str(TODAY - timedelta(days=1))])
    assert isinstance(past.exception, UserError)
    assert past.exception.code == "not_running"


def test_night_of_a_future_date_is_refused(tmp_path: Path) -> None:
    tomorrow = datetime.now(settings.TIMEZONE).date() + timedelta(days=1)
    settings.Home(tmp_path).secret("the first")
    done = run_warehouse("night", str(tomorrow), "--yes", home=tmp_path)
    assert done.returncode == 2
    assert "date_in_future" in done.stderr or "尚未到来" in done.stderr
