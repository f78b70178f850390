"""Every expectation of gate 1 has a row that passes and a row that fails; the checks that models declare."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from employment_warehouse import settings
from employment_warehouse.contract import contract_of, contracts
from employment_warehouse.errors import UserError
from employment_warehouse.gate.delivery_measures import measures_of
from employment_warehouse.gate.expectation import Expectation, Outcome
from employment_warehouse.gate.feed_suite import feed_suite
from employment_warehouse.gate.marts import has_rows
from employment_warehouse.gate.model_checks import model_suites
from employment_warehouse.gate.suites import SuiteError, read_suites
from employment_warehouse.gate.threshold_lookup import Thresholds
from employment_warehouse.gate.validation import validate

PASS, FAIL, LACK = "passes", "fails", "lacks"


@pytest.fixture(scope="module")
def limits() -> Thresholds:
    """The thresholds that the project ships."""
    with (settings.project_root() / "dbt_project/seeds/setting.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["name"].startswith("gate_")]
    return Thresholds({row["name"]: float(row["value"]) if row["enabled"] == "true" else None for row in rows})


def sample(suite: Iterable[Expectation]) -> pd.DataFrame:
    """One row in which every expectation holds, one in which none does, one in which nothing is known."""
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    for expectation in suite:
        column = expectation.columns[0]
        low[column] = max(low.get(column, -1e9), expectation.kwargs.get("min_value", -1e9))
        high[column] = min(high.get(column, 1e9), expectation.kwargs.get("max_value", 1e9))
    good = {column: high[column] if high[column] < 1e9 else low[column] for column in low}
    bad = {
        column: max(e.kwargs.get("max_value", -1e9) for e in suite if e.columns[0] == column) + 0.01
        if high[column] < 1e9
        else low[column] - 0.01
        for column in low
    }
    nothing = dict.fromkeys(low)
    frame = pd.DataFrame([good | {"unit": PASS}, bad | {"unit": FAIL}, nothing | {"unit": LACK}])
    return frame.astype(dict.fromkeys(low, float))


@pytest.mark.parametrize("feed", sorted(contracts()))
def test_every_expectation_of_a_feed_has_a_row_that_passes_and_one_that_fails(feed: str, limits: Thresholds) -> None:
    suite = feed_suite(contract_of(feed), limits)
    found = {(outcome.expectation.name, outcome.unit): outcome for outcome in validate(feed, sample(suite), suite)}
    assert all(outcome.was_run for outcome in found.values())
    assert [e.name for e in suite if not found[e.name, PASS].success] == []
    assert [e.name for e in suite if found[e.name, FAIL].success] == []
    # Nothing known is a failure, but for comparisons that have nothing to compare with.
    assert [e.name for e in suite if found[e.name, LACK].success] == [e.name for e in suite if e.may_lack]


def outcome_of(feed: str, limits: Thresholds, check: str, **values: float) -> Outcome:
    """The outcome of one check for one submission with these measures."""
    (expectation,) = [e for e in feed_suite(contract_of(feed), limits) if e.name == check]
    (outcome,) = validate(feed, pd.DataFrame([{"unit": "532528"} | values]), [expectation])
    return outcome


MESSAGES = (
    (
        "labor_register",
        {"check": "volume.ratio", "volume": 59.0, "volume.before": 178.0, "volume.ratio": 59 / 178},
        "农村劳动力台账本次 59 行，上次 178 行，仅为上次的 33%（正常为 80%–180%）",
    ),
    (
        "labor_register",
        {"check": "volume.ratio", "volume": 1234.0, "volume.before": 178.0, "volume.ratio": 1234 / 178},
        "农村劳动力台账本次 1,234 行，上次 178 行，为上次的 693%（正常为 80%–180%）",
    ),
    (
        "labor_register",
        {"check": "volume.ratio", "volume": 797.0, "volume.before": 1000.0, "volume.ratio": 0.797},
        "农村劳动力台账本次 797 行，上次 1,000 行，仅为上次的 79.7%（正常为 80%–180%）",
    ),
    (
        "labor_register",
        {"check": "rows.rejected_all", "rows.rejected_all": 1.0, "rows.read": 56.0},
        "农村劳动力台账全部 56 行均被退回",
    ),
    (
        "labor_register",
        {"check": "rejected.share", "rejected.share": 0.98, "rows.read": 50.0, "rows.rejected": 49.0},
        "农村劳动力台账 50 行中有 49 行被退回，占 98%（正常不超过 50%）",
    ),
    ("employment", {"check": "full_name.broken", "full_name.broken": 3.0}, "“姓名”有 3 行不合约定"),
    ("employment", {"check": "overlap", "overlap": 0.2}, "务工就业台账上次条目仍在的占比为 20%（正常不低于 50%）"),
)


@pytest.mark.parametrize(("feed", "values", "expected"), MESSAGES)
def test_a_failure_message_has_the_value_and_the_normal_range(
    feed: str, values: dict[str, Any], expected: str, limits: Thresholds
) -> None:
    outcome = outcome_of(feed, limits, **values)
    assert not outcome.success
    assert outcome.message_zh == expected
    assert outcome.message_en.isascii() or "–" in outcome.message_en
    assert "{" not in outcome.message_zh + outcome.message_en


@pytest.mark.parametrize(("feed", "values", "_"), MESSAGES)
def test_only_rows_that_break_a_check_are_counted(
    feed: str, values: dict[str, Any], _: str, limits: Thresholds
) -> None:
    rows = 3 if values["check"].endswith(".broken") else None
    assert outcome_of(feed, limits, **values).unexpected_rows == rows


@pytest.mark.parametrize("feed", sorted(contracts()))
def test_no_placeholder_is_left_in_a_message(feed: str, limits: Thresholds) -> None:
    """Every column that a text shows is one that gate 1 measures."""
    suite = feed_suite(contract_of(feed), limits)
    measured = {subject.name(measure.name) for measure, subject in measures_of(contract_of(feed))}
    assert {name.removesuffix(".before") for e in suite for name in e.shown} <= measured


@pytest.mark.parametrize("feed", sorted(contracts()))
def test_every_message_is_bilingual_and_names_what_is_expected(feed: str, limits: Thresholds) -> None:
    suite = feed_suite(contract_of(feed), limits)
    assert len({expectation.name for expectation in suite}) == len(suite) > 10
    for expectation in suite:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in expectation.zh), expectation.name
        assert expectation.en.isascii(), expectation.name
        assert expectation.expected


def test_a_feeds_own_threshold_overrides_the_general_one() -> None:
    limits = Thresholds({"gate_min_rows": 0, "gate_min_rows__labor_register": 5})
    assert (limits.of("gate_min_rows", "labor_register"), limits.of("gate_min_rows", "workshop")) == (5, 0)


def test_a_threshold_that_is_switched_off_removes_its_expectations(limits: Thresholds) -> None:
    names = {expectation.name for expectation in feed_suite(contract_of("relief_payroll"), limits)}
    without = Thresholds({**limits.values, "gate_max_twin_share": None})
    assert names - {e.name for e in feed_suite(contract_of("relief_payroll"), without)} == {"twin.share"}


# --- checks that a model declares ---------------------------------------------------------------------------

MART = """
models:
  - name: toy_count
    description: Toys by county.
    config:
      contract: {{enforced: true}}
      meta: {{key: [county_code], zh: 各县玩具数（件）, checks: [{model_checks}]}}
    columns:
      - {{name: county_code, data_type: text, description: County., config: {{meta: {{zh: 县市}}}}}}
      - {{name: broken, data_type: integer, description: Broken toys., config: {{meta: {{zh: 损坏（件）}}}}}}
      - name: toys
        data_type: integer
        description: How many.
        config: {{meta: {{zh: 件数, checks: [{column_checks}]}}}}
"""
PROJECT = """
name: toys
models:
  toys:
    marts:
      +materialized: versioned
      +meta: {layer: mart}
"""


def suites_of(folder: Path, column_checks: str = "", model_checks: str = "", limits: Thresholds | None = None) -> Any:
    """The suites of a project with one mart that declares these checks."""
    marts = folder / "dbt_project" / "models" / "marts"
    marts.mkdir(parents=True, exist_ok=True)
    (folder / "dbt_project" / "dbt_project.yml").write_text(PROJECT, "utf-8")
    (marts / "toy_count.yml").write_text(MART.format(column_checks=column_checks, model_checks=model_checks), "utf-8")
    return model_suites(folder, limits or Thresholds({}))


def test_the_checks_of_a_model_are_a_suite_with_the_version_of_its_yaml(tmp_path: Path) -> None:
    (suite,) = suites_of(tmp_path, "not_negative, {at_most: broken, severity: warning}", "{every_county: 1}")
    assert suite.name == "toy_count"
    content = (tmp_path / "dbt_project/models/marts/toy_count.yml").read_bytes()
    assert suite.version == hashlib.sha256(content).hexdigest()
    found = {e.name: e for frame in suite.frames for e in frame.expectations}
    assert {name: e.severity for name, e in found.items()} == {
        "toys.not_negative": "critical",
        "toys.at_most.broken": "warning",
        "every_county": "critical",
    }
    assert found["toys.at_most.broken"].failed_zh == "各县玩具数：有 {value}“件数”超过“损坏”"


def test_codes_of_a_contract_are_known_to_a_mart(tmp_path: Path) -> None:
    (suite,) = suites_of(tmp_path, "{one_of: [workshop.status, all]}")
    (frame,) = suite.frames
    assert "'{exited,operating,suspended,all}'" in frame.query


def test_a_model_without_checks_has_no_suite(tmp_path: Path) -> None:
    assert suites_of(tmp_path) == []


INVALID_CHECKS = {
    "an unknown kind": ("not_negativ", ""),
    "a kind for models on a column": ("{every_county: 1}", ""),
    "a kind for columns on a model": ("", "not_negative"),
    "an unknown option": ("{not_negative: , severty: warning}", ""),
    "an unknown severity": ("{not_negative: , severity: high}", ""),
    "a value that the kind does not take": ("{not_negative: 3}", ""),
    "a value that the kind needs": ("one_of", ""),
    "codes of a column that does not exist": ("{one_of: [workshop.statuses]}", ""),
    "codes of a column without codes": ("{one_of: [workshop.workers]}", ""),
    "a column that does not exist": ("{at_most: toy}", ""),
    "a feed that does not exist": ("{not_negative: , holds: [employmnt]}", ""),
    "a check declared twice": ("not_negative, not_negative", ""),
    "an unknown key of a condition": ("", "{condition: {name: a, sql: 'true', zh: 甲, en: a, when: b}}"),
    "a condition without a text": ("", "{condition: {name: a, sql: 'true', zh: 甲}}"),
    "not a number": ("", "{every_county: three}"),
    "not a check at all": ("", "3"),
}


@pytest.mark.parametrize(("column_checks", "model_checks"), INVALID_CHECKS.values(), ids=INVALID_CHECKS)
def test_an_invalid_check_is_an_error_that_names_file_and_model(
    tmp_path: Path, column_checks: str, model_checks: str
) -> None:
    with pytest.raises(SuiteError) as invalid:
        suites_of(tmp_path, column_checks, model_checks)
    assert "toy_count.yml: toy_count" in str(invalid.value)


def test_a_model_without_versions_cannot_declare_checks(tmp_path: Path) -> None:
    suites_of(tmp_path)
    staging = tmp_path / "dbt_project" / "models" / "staging"
    staging.mkdir()
    staged = "models: [{name: stg_toy, description: Toys., config: {meta: {zh: 玩具, checks: [{every_county: 1}]}}}]"
    (staging / "stg_toy.yml").write_text(staged, "utf-8")
    with pytest.raises(SuiteError) as invalid:
        suites_of(tmp_path)
    assert "stg_toy.yml: stg_toy" in str(invalid.value)


def test_a_check_whose_threshold_is_switched_off_is_not_expected(tmp_path: Path) -> None:
    declared = "{every_county: {setting: gate_min_toys}}"
    assert suites_of(tmp_path, "", declared, Thresholds({"gate_min_toys": 2}))[0].frames[0].expectations
    assert suites_of(tmp_path, "", declared, Thresholds({"gate_min_toys": None}))[0].frames == ()


def test_a_check_that_names_no_setting_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError) as missing:
        suites_of(tmp_path, "", "{every_county: {setting: gate_min_toys}}")
    assert missing.value.code == "setting_missing"


def test_a_column_may_be_compared_with_several_others(tmp_path: Path) -> None:
    (suite,) = suites_of(tmp_path, "{at_most: broken}, {at_most: county_code}")
    assert [each.name for frame in suite.frames for each in frame.expectations] == [
        "toys.at_most.broken",
        "toys.at_most.county_code",
    ]


def test_the_checks_of_every_model_of_the_project_can_be_read(limits: Thresholds) -> None:
    assert {"employment_stock", "relief_payroll_check"} <= {
        suite.name for suite in model_suites(settings.project_root(), limits)
    }


def test_no_check_tells_people_the_code_name_of_a_suite_a_model_or_a_feed(limits: Thresholds) -> None:
    project = settings.project_root()
    suites = [*read_suites(project, limits), *model_suites(project, limits)]
    checks = [check for suite in suites for frame in suite.frames for check in (has_rows(frame), *frame.expectations)]
    checks += [check for contract in contracts().values() for check in feed_suite(contract, limits)]
    said = {re.sub(r"\{[\w.]+\}", "", check.zh + check.failed_zh) for check in checks}
    names = (
        {suite.name for suite in suites} | {frame.name for suite in suites for frame in suite.frames} | {*contracts()}
    )
    named = re.compile(rf"\b({'|'.join(names)})\b", re.ASCII)
    assert {text for text in said if named.search(text)} == set()
