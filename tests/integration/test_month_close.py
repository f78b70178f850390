"""A closed month is final: what it said stays, later changes are restatements, and what cannot be closed is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
import pytest
from tests.kit.reported import COUNTY, person, report, spell

from employment_warehouse import publication
from employment_warehouse.database import DatabaseRefusal
from employment_warehouse.report.figures import read_figures

MAY = date(2024, 5, 1)
PEOPLE = [person("a"), person("b")]


@pytest.fixture
def published(nights: Any) -> Any:
    """The night of 31 May, published; then one of 3 June."""
    nights.select = "+restatement,resource_type:model"
    report(nights, COUNTY, "2024-05-31", PEOPLE, [spell("a")])
    nights.night("2024-05-31")
    report(nights, COUNTY, "2024-06-03", PEOPLE, [spell("a"), spell("b", start_date="2024-05-20")])
    nights.night("2024-06-03")
    return nights


def employed(nights: Any, vintage: str, on: str = "2024-05-31") -> int:
    """What a vintage says of the last day of May."""
    nights.scalar("select marts.as_of('2024-05-31', %s)", vintage)
    found = nights.scalar(
        "select value from marts.headline_series"
        " where indicator = 'rural_employed' and county_code = %s and on_date = %s",
        COUNTY, on,
    )  # fmt: skip
    nights.scalar("select marts.unpin()::text")
    return int(found)


def test_each_vintage_keeps_its_figures_and_later_changes_are_restatements(published: Any) -> None:
    flash, final = (number for (number,) in published.rows("select publication from marts.publications order by 1"))
    assert employed(published, "flash") == 1
    with pytest.raises(psycopg.Error, match="2024-05 is not closed"):
        employed(published, "final")
    assert publication.close_month(MAY) == final
    report(
        published,
        COUNTY,
        "2024-06-04",
        PEOPLE,
        [spell("a", end_date="2024-05-10"), spell("b", start_date="2024-05-20")],
    )
    published.night("2024-06-04")
    assert (employed(published, "flash"), employed(published, "revised"), employed(published, "final")) == (1, 1, 2)
    restated = published.rows(
        "select on_date::text, as_published, published_in, as_known_now, cause, causes from marts.restatement"
        " where indicator = 'rural_employed' and county_code = %s and on_date < '2024-06-01'", COUNTY,
    )  # fmt: skip
    assert restated == [("2024-05-31", 2, final, 1, "later_report", ["later_report"])]
    assert published.rows("select publication, vintage, final_for from marts.publications order by 1")[:2] == [
        (flash, "flash", None), (final, "final", ["2024-05"]),
    ]  # fmt: skip
    act = published.rows("select login, subject, build from ops.act where kind = 'close_month'")
    assert act == [("operator_of_tests", "2024-05", final)]
    # Final is final.
    for attempt in (
        lambda: publication.roll_back(final, [], "a mistake"),
        lambda: publication.roll_back(flash, [], "a mistake"),
    ):
        with pytest.raises(DatabaseRefusal, match="final for 2024-05"):
            attempt()
    for statement in (
        "delete from ops.month_close",
        "update ops.month_close set publication = 1",
        "truncate ops.month_close",
    ):
        with pytest.raises(psycopg.Error, match="not changed or reopened"):
            published.connection.execute(statement)


def test_a_month_is_closed_once_after_its_last_day_and_not_on_a_rolled_back_publication(nights: Any) -> None:
    def refused(month: date, words: str) -> None:
        with pytest.raises(DatabaseRefusal, match=words):
            publication.close_month(month)
        assert nights.scalar("select count(*) from ops.month_close where month = %s", month) == (
            words == "was closed by"
        )

    nights.select = "dim_date"
    refused(MAY, "last day of 2024-05 is not published")
    nights.night("2024-05-30")
    refused(MAY, "last day of 2024-05 is not published")
    last = nights.night("2024-05-31")
    publication.roll_back(last, [], "a wrong file")
    refused(MAY, f"publication {last}, which had the last day of 2024-05, was rolled back")
    nights.night("2024-05-31")
    refused(date(2024, 6, 1), "last day of 2024-06 is not published")
    refused(date(2999, 1, 1), "2999-01 has not ended")
    publication.close_month(MAY)
    refused(MAY, "was closed by")
    assert nights.scalar("select marts.as_of('2024-05-02', 'final')") == nights.scalar(
        "select ops.standing_publication()"
    )
    for vintage, words in (("last", "no vintage"), ("revised", "is revised once 2024-06-02")):
        with pytest.raises(psycopg.Error, match=words):
            nights.scalar("select marts.as_of('2024-05-31', %s)", vintage)


def test_nothing_that_a_night_reads_is_decided_while_it_is_built(nights: Any) -> None:
    nights.select = "dim_date"
    nights.night("2024-05-31")
    build = nights.start("2024-06-01")
    for decide in (
        lambda: publication.close_month(MAY),
        lambda: publication.waive_case(("relief_payroll", "unpaid", "a line"), date(2024, 6, 30), "as agreed"),
    ):
        with pytest.raises(DatabaseRefusal, match="a night is being built"):
            decide()
    publication.hold_night(build, "a figure fell")
    publication.close_month(MAY)
    assert nights.rows("select month from ops.month_close") == [(MAY,)]


def test_a_bulletin_is_final_when_its_own_month_is_closed(nights: Any) -> None:
    """Of a publication of July the bulletin's month is June, whichever month the publication became final for."""

    def vintage(publication_number: int) -> str:
        return str(read_figures(publication_number, "monthly")["publication"]["vintage"])

    nights.select = "dim_date"
    july = nights.night("2024-07-02")
    assert vintage(july) == "revised"
    publication.close_month(MAY)
    assert vintage(july) == "revised"
    publication.close_month(date(2024, 6, 1))
    assert vintage(july) == "final"
    assert read_figures(july, "weekly")["publication"]["vintage"] == "revised"
    last_of_july = nights.night("2024-07-31")
    publication.close_month(date(2024, 7, 1))
    assert vintage(last_of_july) == "final"


def test_only_an_operator_closes_a_month(nights: Any) -> None:
    for role in ("wh_analyst", "wh_auditor", "wh_loader", "wh_transformer", "wh_gate"):
        granted = nights.scalar("select has_function_privilege(%s, 'ops.close_month(date)', 'execute')", role)
        assert granted is False
