"""From what counties report to who is employed: facts and target marts through dbt, on a real server."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from tests.kit.marts import progress
from tests.kit.nights import count_unit_tests
from tests.kit.people import token
from tests.kit.reported import COUNTY, OTHER, due, person, report, spell

from employment_warehouse import settings
from employment_warehouse.contract import contracts


def test_three_nights_of_two_counties(nights: Any) -> None:
    """A county that does not report keeps its jobs and adds no change; a case opens and is cleared; a person moves."""
    everyone = [
        person("works"),
        person("worked in January"),
        person("jobless", is_relocated=True),
        person("pupil", in_school=True),
    ]
    spells = [
        spell("works"), spell("pupil"),
        spell("worked in January", start_date="2023-06-01", end_date="2024-01-15"),
    ]  # fmt: skip
    due(nights, "2024-05-01", COUNTY, OTHER)
    report(nights, COUNTY, "2024-05-01", everyone, spells)
    report(nights, OTHER, "2024-05-01", [person("other", OTHER)], [spell("other", county=OTHER)])
    first = nights.night("2024-05-01")
    assert progress(nights, COUNTY)["actual_value"] == 1
    assert progress(nights, COUNTY, "year_to_date")["actual_value"] == 2
    whole = progress(nights, "532500")
    assert (whole["actual_value"], whole["coverage"], whole["obs_status"], whole["change_1d"]) == (2, 1, "A", None)
    assert whole["required_daily_change"] == Decimal("5901.6311")
    assert progress(nights, COUNTY, target="zero_employment_relocated_households")["actual_value"] == 1

    # The second night: the other county is silent; a job is found here, another one is left out.
    due(nights, "2024-05-02", COUNTY, OTHER)
    found = spell(
        "jobless", "示例车间", channel="workshop", workshop_no="W1", start_date="2024-05-02", work_division_code=COUNTY
    )
    report(nights, COUNTY, "2024-05-02", everyone, [spells[1], spells[2], found])
    nights.night("2024-05-02")
    here, whole = progress(nights, COUNTY), progress(nights, "532500")
    assert (here["actual_value"], here["change_1d"], here["obs_status"]) == (1, 0, "A")
    assert (whole["actual_value"], whole["change_1d"], whole["obs_status"]) == (2, 0, "E")
    assert (whole["carried_forward"], whole["coverage"]) == ([OTHER], Decimal("0.5"))
    assert nights.rows(
        """
        select household_no, opened_on::text, cleared_on::text, days_open, cleared_by_channel
        from marts.zero_employment_household order by 1
        """
    ) == [
        ("H-jobless", "2024-05-01", "2024-05-02", 1, "workshop"), ("H-worked in January", "2024-05-01", None, 1, None),
        ("H-works", "2024-05-02", None, 0, None),
    ]  # fmt: skip
    assert nights.rows(
        "select end_on::text, end_reason from marts.fct_employment_spell where person_key = %s", token("works")
    ) == [("2024-05-01", "left_out")]

    # The third: the other county is back and lists a person of this one, who is then its own.
    due(nights, "2024-05-03", COUNTY, OTHER)
    report(
        nights, OTHER, "2024-05-03", [person("other", OTHER), person("jobless", OTHER)], [spell("other", county=OTHER)]
    )
    report(nights, COUNTY, "2024-05-03", everyone, [spells[1], spells[2], found])
    third = nights.night("2024-05-03")
    here, there, whole = progress(nights, COUNTY), progress(nights, OTHER), progress(nights, "532500")
    assert [row["actual_value"] for row in (here, there, whole)] == [0, 2, 2]
    assert [row["change_1d"] for row in (here, there, whole)] == [-1, 0, -1]
    assert nights.rows(
        "select destination from marts.fct_person_state where person_key = %s and valid_to is null", token("jobless")
    ) == [("other_county",)]

    # What was printed is still to be had, and a retry of all layers changes nothing.
    assert nights.scalar("select marts.pin(%s)", first) is not None
    assert progress(nights, "532500")["actual_value"] == 2
    nights.connection.execute("select marts.unpin()")
    nights.connection.execute("update ops.build set status = 'abandoned' where status = 'building'")
    again = nights.start("2024-05-03")
    nights.build(again)
    assert nights.rows("select from_build from store.fct_person_state where from_build > %s", third) == []


def test_facts_and_states_do_not_depend_on_the_order_of_arrival(nights: Any) -> None:
    nights.select = "+fct_person_state +fct_household_state +dim_household"
    files = {
        "2024-05-01": (
            [person("a"), person("b", household_no="H-a")],
            [spell("a"), spell("b", "示例饭店", start_date="2024-04-01")],
        ),
        "2024-05-02": (
            [person("a"), person("b", household_no="H-a", in_school=True)],
            [spell("a"), spell("b", "示例饭店", start_date="2024-04-03")],
        ),
        "2024-05-03": ([person("b", household_no="H-b")], [spell("a", monthly_wage="5000")]),
    }  # fmt: skip
    tables = ("fct_employment_spell", "fct_person_state", "fct_household_state", "dim_household")
    digests = []
    for order in (("2024-05-03", "2024-05-01", "2024-05-02"), ("2024-05-01", "2024-05-02", "2024-05-03")):
        # Closed months, of which there are none here, forbid it.
        nights.connection.execute("set session_replication_role = replica")
        nights.connection.execute("truncate ops.build, ops.publication, ops.pointer, ops.delivery cascade")
        nights.connection.execute("reset session_replication_role")
        nights.connection.execute("insert into ops.pointer default values")
        for (name,) in nights.rows(
            "select relname from pg_class where relnamespace = 'store'::regnamespace and relkind = 'r'"
        ):
            nights.connection.execute(f"truncate store.{name}")
        for on in order:
            report(nights, COUNTY, on, *files[on])
            nights.night("2024-05-03")
        digests.append([nights.digest(table) for table in tables])
    assert digests[0] == digests[1]
    assert not any(digest.startswith("0:") for digest in digests[0])


def test_a_spell_corrected_by_one_county_stands_once_another_names_it_again(nights: Any) -> None:
    """Although that county's employment register has not changed, and the published spells no longer have it."""
    nights.select = "+fct_employment_spell"
    named = spell("worker", employer_uscc="91532500MA6K00001X")
    renamed = spell("worker", "示例电子有限公司", OTHER, employer_uscc=named["employer_uscc"], end_date="2024-05-10")
    spells = "select employer_name, end_on::text, county_code from marts.fct_employment_spell order by 2"
    nights.deliver("employment", COUNTY, "2024-05-09", [named])
    nights.deliver("employment", OTHER, "2024-05-09", [named | {"county_code": OTHER}])
    nights.night("2024-05-09")
    nights.deliver("employment", OTHER, "2024-05-10", [renamed])
    nights.night("2024-05-10")
    corrected = (renamed["employer_name"], "2024-05-10", OTHER)
    assert nights.rows(spells) == [corrected]
    nights.deliver("employment", COUNTY, "2024-05-11", [named])
    nights.deliver("employment", OTHER, "2024-05-11", [renamed])
    nights.night("2024-05-11")
    assert nights.rows(spells) == [corrected, (named["employer_name"], None, COUNTY)]


def test_the_unit_tests_of_the_models_pass(nights: Any) -> None:
    """The unit tests beside the models, once the tables that they read are there."""
    nights.night("2024-05-01")
    assert count_unit_tests(nights.select) >= 9


def test_every_feed_has_its_source_and_its_staging_model() -> None:
    models = settings.project_root() / "dbt_project" / "models"
    landed = {
        path.stem.removeprefix("stg_"): table["name"]
        for path in models.glob("staging/*/stg_*.yml")
        for source in yaml.safe_load(path.read_text("utf-8"))["sources"]
        for table in source["tables"]
    }
    assert landed == {feed: feed for feed in contracts()}
    assert {path.stem.removeprefix("stg_") for path in models.glob("staging/*/stg_*.sql")} == set(contracts())


def test_models_are_short_and_each_is_described_in_two_languages() -> None:
    models = settings.project_root() / "dbt_project" / "models"
    for path in models.rglob("*.sql"):
        assert len(path.read_text("utf-8").splitlines()) <= 120, path.name
        (model,) = _declared(path.with_suffix(".yml"))
        assert model["description"] and model["config"]["meta"]["zh"], path.name
        if path.relative_to(models).parts[0] in ("core", "marts"):
            for column in model["columns"]:
                assert column["description"] and column["config"]["meta"]["zh"], (path.name, column["name"])


def _declared(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load(path.read_text("utf-8"))["models"])
