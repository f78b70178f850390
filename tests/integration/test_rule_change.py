"""Rules that change hold for everyone and for all days, also for persons without any report."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.kit.marts import restated
from tests.kit.reported import COUNTY, person, report, spell

from employment_warehouse import settings

PEOPLE = [person("works"), person("is 17", birth_date="2006-06-01", household_no="H-works"), person("idle")]
SPELLS = [spell("works"), spell("is 17", start_date="2024-04-01")]
# Models without columns that record when something was first seen.
COMPARED = (
    "fct_person_state",
    "fct_household_state",
    "fct_job",
    "headline_series",
    "employment_flow",
    "income_stability",
)
MODELS = " ".join(f"+{model}" for model in (*COMPARED, "restatement"))
OF_AGE = (
    "insert into seeds.setting (name, valid_from, value, enabled)"
    " values ('working_age_from', %s, '18', true)"
)  # fmt: skip


def begin(nights: Any) -> None:
    """A published night of 30 April, the first."""
    nights.select = MODELS
    report(nights, COUNTY, "2024-04-30", PEOPLE, SPELLS)
    nights.night("2024-04-30")


def begin_with_the_other_rule(nights: Any) -> None:
    """The same report, in a warehouse that begins on 2 May and never knew another age."""
    nights.select = MODELS
    nights.connection.execute(OF_AGE, ("2020-01-02",))
    report(nights, COUNTY, "2024-04-30", PEOPLE, SPELLS)
    nights.night("2024-05-02")


@pytest.fixture
def since_april(nights_after: Any) -> Any:
    return nights_after(begin)


def recomputed(nights: Any) -> int:
    return int(nights.scalar("select count(*) from tonight.changed_person"))


def test_a_setting_restates_all_days_of_everyone_from_the_night_on_which_it_is_in_force(nights_after: Any) -> None:
    """Of age at 18 from 2 May on, declared on 30 April: nothing is reported on any of the nights."""
    nights = nights_after(begin)
    nights.connection.execute(OF_AGE, ("2024-05-02",))
    nights.night("2024-05-01")
    assert recomputed(nights) == 0
    assert restated(nights, "labour_force") == []
    nights.night("2024-05-02")
    assert recomputed(nights) == len(PEOPLE)
    days = ["2024-04-30", "2024-05-01"]
    assert restated(nights, "labour_force") == [(day, 3, 2, -1, "rule_change", ["rule_change"]) for day in days]
    assert restated(nights) == [(day, 2, 1, -1, "rule_change", ["rule_change"]) for day in days]
    digests = {model: nights.digest(model) for model in COMPARED}
    recomputed_nights = nights_after(begin_with_the_other_rule)
    assert digests == {model: recomputed_nights.digest(model) for model in COMPARED}


def test_every_kind_of_rule_counts_and_only_when_it_changes(since_april: Any) -> None:
    """A value, a working day, a target, a decision that is in force two nights later; a person who was erased."""
    since_april.select = "+changed_person"
    changes = [
        ("2024-05-01", "update seeds.setting set value = '10' where name = 'gig_reference_days'", 3),
        ("2024-05-02", "update seeds.holiday set is_working_day = not is_working_day where on_date = '2024-05-01'", 3),
        ("2024-05-03", "update seeds.target set target_value = '7' where target_code = 'rural_employed'", 3),
        (
            "2024-05-04",
            "insert into ops.rule_decision (finding, valid_from, enabled, decided_by, legal_basis)"
            " values ('kin_of_approver', '2024-05-06', true, 'test', 'a test')",
            0,
        ),
        ("2024-05-05", "select 1", 0),
        ("2024-05-06", "select 1", 3),
        ("2024-05-07", "select 1", 0),
        ("2024-05-08", "insert into vault.erasure (marks, done_at) values ('{}', now())", 3),
        ("2024-05-09", "select 1", 0),
    ]
    for night, change, persons in changes:
        since_april.connection.execute(change)
        since_april.night(night)
        assert recomputed(since_april) == persons, night


def test_the_feeds_that_a_model_needs_are_a_rule_and_its_texts_are_not(
    since_april: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    since_april.select = "+changed_person"
    shutil.copytree(settings.project_root() / "dbt_project", tmp_path / "dbt_project")
    shutil.copytree(settings.project_root() / "expectations", tmp_path / "expectations")
    monkeypatch.setenv("WAREHOUSE_PROJECT", str(tmp_path))
    path = tmp_path / "dbt_project/models/marts/services/employment_flow.yml"
    for night, old, new, persons in [
        ("2024-05-01", "Hires, separations", "Those who came, went", 0),
        ("2024-05-02", "feeds: [labor_register, employment]", "feeds: [labor_register, employment, public_post]", 3),
        ("2024-05-03", "", "", 0),
    ]:
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        since_april.night(night)
        assert recomputed(since_april) == persons, night


def test_rules_that_change_while_a_night_is_built_are_not_those_of_its_publication(since_april: Any) -> None:
    """The marts of 1 May are built by another rule than its core: on the 2nd everything is recomputed."""
    since_april.select = "+restatement"
    build = since_april.start("2024-05-01")
    since_april.build(build, "+fct_person_state")
    assert recomputed(since_april) == 0
    since_april.connection.execute(OF_AGE, ("2020-01-02",))
    since_april.build(build, "headline_series restatement")
    since_april.publish(build)
    since_april.night("2024-05-02")
    assert recomputed(since_april) == len(PEOPLE)
    assert restated(since_april, "labour_force") == [
        (day, 3, 2, -1, "rule_change", ["rule_change"]) for day in ("2024-04-30", "2024-05-01")
    ]
    since_april.night("2024-05-03")
    assert recomputed(since_april) == 0
