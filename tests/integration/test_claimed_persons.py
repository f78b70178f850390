"""What a county sees of a person whom another county lists too, of one who moved, and of employers without a code."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import fresh_warehouse
from tests.kit.nights import Nights
from tests.kit.people import token
from tests.kit.reported import COUNTY, OTHER, person, report, spell, study

from employment_warehouse import settings
from employment_warehouse.database import connect, model_tables
from employment_warehouse.database.embedded import Server

MARTS = (
    "+fct_person_state +fct_household_state +zero_employment_household +double_registration +dim_employer"
    " +fct_service_event +return_risk +fct_study_term"
)
# Marts of persons and households by the column that names the person of the test, or the household.
OF_PERSONS = {
    "dim_person": "person_key", "fct_person_state": "person_key", "person_today": "person_key",
    "fct_employment_spell": "person_key", "double_registration": "person_key",
}  # fmt: skip
OF_HOUSEHOLDS = ("fct_household_state", "household_today", "zero_employment_household", "return_risk")


@pytest.fixture(scope="module")
def claimed(warehouse_server: Server) -> Iterator[Nights]:
    """On 1 May `claimed` is at home in COUNTY, with a job that it reports; from 2 May on OTHER lists the person
    too, without a job; on 5 May COUNTY drops the person, and OTHER reports a job without a code and a term of a study
    of whom it does not list."""
    with pytest.MonkeyPatch.context() as patch, fresh_warehouse(warehouse_server, patch) as superuser:
        nights = Nights(superuser, MARTS)
        mine, theirs = [person("stays"), person("claimed")], [person("neighbour", OTHER)]
        jobs = [spell("claimed", employer_uscc="91530000MA6K000000"), spell("stays", employer="李四的小店")]
        report(nights, COUNTY, "2024-05-01", mine, jobs)
        report(nights, OTHER, "2024-05-01", theirs, [spell("neighbour", "张三的小店", OTHER)])
        nights.night("2024-05-01")
        pulled = person("claimed", OTHER, household_no="H-pulled", is_relocated=True)
        report(nights, OTHER, "2024-05-02", [*theirs, pulled], [spell("neighbour", "张三的小店", OTHER)])
        nights.deliver(
            "employment_service", OTHER, "2024-05-02",
            [service("S1", "claimed"), service("S2", "stays"), service("S3", "neighbour")],
        )  # fmt: skip
        terms = [study("student", allowance_term=term, allowance_due=1500) for term in ("2023秋季学期", "2024春季学期")]
        nights.deliver("youth_support", COUNTY, "2024-05-02", terms)
        nights.night("2024-05-02")
        guessed = spell("claimed", "示例（电子厂）", OTHER, start_date="2024-04-01")
        nights.deliver("employment", OTHER, "2024-05-05", [spell("neighbour", "张三的小店", OTHER), guessed])
        nights.deliver(
            "youth_support", OTHER, "2024-05-05", [study("student", county_code=OTHER, allowance_term="2024")]
        )
        report(nights, COUNTY, "2024-05-05", [person("stays")], jobs)
        nights.night("2024-05-05")
        yield nights


def service(number: str, name: str) -> dict[str, Any]:
    return {
        "county_code": OTHER, "record_no": number, "person_key": token(name), "service_type": "job_placement",
        "served_on": "2024-05-01", "agency": "就业局",
    }  # fmt: skip


def seen(county: str, on: str, query: str) -> list[tuple[Any, ...]]:
    """What a login of a county reads of the publication of a day."""
    with connect(f"county_{county}") as reader:
        reader.execute("select marts.as_of(%s)", (on,))
        return reader.execute(query.encode()).fetchall()


def rows_of_the_person(county: str, on: str, mart: str) -> int:
    key = token("claimed")
    return seen(county, on, f"select count(*) from marts.{mart} where person_key = '{key}'")[0][0]


def test_before_the_claim_the_county_of_registration_alone_sees_the_person(claimed: Nights) -> None:
    for mart in ("dim_person", "fct_person_state", "person_today", "fct_employment_spell"):
        assert (rows_of_the_person(COUNTY, "2024-05-01", mart), rows_of_the_person(OTHER, "2024-05-01", mart)) == (1, 0)
    assert rows_of_the_person(COUNTY, "2024-05-01", "double_registration") == 0


def test_a_claim_shows_nothing_that_the_other_county_reported(claimed: Nights) -> None:
    """The state is made of the other's job; the own row of the register is all that the county sees."""
    seen_of = {mart: rows_of_the_person(OTHER, "2024-05-02", mart) for mart in OF_PERSONS}
    assert seen_of == {
        "dim_person": 1, "fct_person_state": 0, "person_today": 0, "fct_employment_spell": 0, "double_registration": 1,
    }  # fmt: skip
    for mart in OF_HOUSEHOLDS:
        assert seen(OTHER, "2024-05-02", f"select household_no from marts.{mart} where household_no = 'H-pulled'") == []
    assert seen(OTHER, "2024-05-02", "select household_no, also_listed_in from marts.dim_person order by 1") == [
        ("H-neighbour", None), ("H-pulled", None),
    ]  # fmt: skip


def test_the_former_county_sees_its_own_reports(claimed: Nights) -> None:
    assert rows_of_the_person(COUNTY, "2024-05-02", "fct_employment_spell") == 1
    assert rows_of_the_person(COUNTY, "2024-05-02", "person_today") == 0
    households = "select household_no from marts.double_registration"
    assert seen(COUNTY, "2024-05-02", households) == [("H-claimed",)]
    assert seen(OTHER, "2024-05-02", households) == [("H-pulled",)]


def test_neither_county_is_shown_the_other_county(claimed: Nights) -> None:
    for county, foreign in ((COUNTY, OTHER), (OTHER, COUNTY)):
        for mart in OF_PERSONS:
            assert foreign not in str(seen(county, "2024-05-02", f"select * from marts.{mart}")), mart


def test_figures_count_the_person_as_before(claimed: Nights) -> None:
    """Visibility is a property of rows: those who read every county see the state where the definition has it."""
    with connect("wh_analyst") as analyst:
        analyst.execute("select marts.as_of('2024-05-02')")
        of_person = "select county_code, is_employed from marts.person_today where person_key = %s"
        assert analyst.execute(of_person, (token("claimed"),)).fetchall() == [(OTHER, True)]


def test_once_the_other_county_has_dropped_the_person_the_county_sees_everything(claimed: Nights) -> None:
    for mart in ("dim_person", "fct_person_state", "person_today"):
        assert rows_of_the_person(OTHER, "2024-05-05", mart) >= 1, mart
    assert seen(OTHER, "2024-05-05", "select count(*) from marts.double_registration") == [(0,)]
    assert ("H-pulled",) in seen(OTHER, "2024-05-05", "select household_no from marts.household_today")
    assert rows_of_the_person(COUNTY, "2024-05-05", "person_today") == 0
    # The publication of the claim is read as it was.
    assert rows_of_the_person(OTHER, "2024-05-02", "person_today") == 0
    assert rows_of_the_person(COUNTY, "2024-05-01", "person_today") == 1


def test_a_service_shows_a_persons_home_to_that_county_alone(claimed: Nights) -> None:
    services = seen(
        OTHER, "2024-05-05",
        "select record_no, home_county_code, is_poverty_alleviated from marts.fct_service_event order by 1",
    )  # fmt: skip
    assert services == [("S1", None, None), ("S2", None, None), ("S3", OTHER, True)]


def everything(query: str) -> list[tuple[Any, ...]]:
    """What those who read every county read of the last publication."""
    with connect("wh_analyst") as analyst:
        return analyst.execute(query.encode()).fetchall()


def test_the_credit_code_that_another_county_reports_is_not_shown(claimed: Nights) -> None:
    """A guessed employer looks the same whether another county reports the person there or not; in dim_employer too."""
    guessed = "select employer_key from marts.fct_employment_spell where start_on = '2024-04-01' order by 1"
    assert seen(OTHER, "2024-05-05", guessed) == [("示例电子厂",)]
    assert everything(guessed) == [("91530000MA6K000000",)]
    employers = "select employer_key, employer_name from marts.dim_employer order by 1"
    known = [("91530000MA6K000000", "示例电子厂"), ("张三的小店", "张三的小店"), ("示例电子厂", "示例电子厂")]
    assert seen(OTHER, "2024-05-05", employers) == known


def test_the_terms_of_a_study_that_another_county_reports_are_not_shown(claimed: Nights) -> None:
    terms = 'select allowance_term, due from marts.fct_study_term order by allowance_term collate "C"'
    assert seen(OTHER, "2024-05-05", terms) == [("2024", 0)]
    assert everything(terms) == [("2023秋季学期", 1500), ("2024", 0), ("2024春季学期", 1500)]
    assert len(seen(COUNTY, "2024-05-02", terms)) == 2


def test_an_employer_without_a_credit_code_is_seen_by_the_county_that_reported_it(claimed: Nights) -> None:
    employers = 'select employer_name, employer_uscc from marts.dim_employer order by employer_name collate "C"'
    coded = ("示例电子厂", "91530000MA6K000000")
    assert seen(COUNTY, "2024-05-01", employers) == [("李四的小店", None), coded]
    assert seen(OTHER, "2024-05-01", employers) == [("张三的小店", None), coded]
    with connect("wh_analyst") as analyst:
        analyst.execute("select marts.as_of('2024-05-01')")
        assert len(analyst.execute(employers.encode()).fetchall()) == 3


def test_both_counties_have_it_in_their_list(claimed: Nights) -> None:
    counted = claimed.rows("select county_code, is_counted_here from store.double_registration order by 1")
    assert counted == [(OTHER, True), (COUNTY, False)]


def test_the_tests_find_marts_that_show_claimed_persons(claimed: Nights, tmp_path: Path) -> None:
    """Planted: a project whose states do not say whom they rest on."""
    project = settings.project_root() / "dbt_project"
    planted = shutil.copytree(project, tmp_path / "dbt_project", ignore=shutil.ignore_patterns("target", "logs"))
    declaration = planted / "models" / "core" / "person" / "fct_person_state.yml"
    text = declaration.read_text("utf-8")
    start, end = text.index("        uncontested:"), text.index("        scope:")
    declaration.write_text(text[:start] + text[end:], "utf-8")
    model_tables.generate(claimed.connection, planted)
    try:
        assert rows_of_the_person(OTHER, "2024-05-02", "person_today") == 1
    finally:
        model_tables.generate(claimed.connection, project)
    assert rows_of_the_person(OTHER, "2024-05-02", "person_today") == 0
