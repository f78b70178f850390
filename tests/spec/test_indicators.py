"""The indicators that models declare fit together."""

from __future__ import annotations

import csv
import re

import yaml
from tests.kit.indicators import declared

from employment_warehouse import settings
from employment_warehouse.contract import contracts
from employment_warehouse.database.model_declarations import read_models
from employment_warehouse.fixed_names import UNITS_OF_MEASURE

UNIT = "(?:日|天|个月|周岁|人|days|months|persons)"
REPORTS = {"daily", "weekly", "monthly", "key_counties"}


def test_indicators_name_feeds_columns_reports_and_each_other_rightly() -> None:
    indicators = declared()
    assert len(indicators) >= 55
    for code, indicator in indicators.items():
        assert set(indicator["feeds"]) <= set(contracts()), code
        assert set(indicator["in"]) <= REPORTS, code
        assert indicator["in"], code
        assert indicator["kind"] in "SPN", code
        assert indicator["unit"] in UNITS_OF_MEASURE, code
        assert indicator["clause"], code
        assert indicator.get("column") in {None, *indicator["columns"]}, code
        assert ("value" in indicator) != ("numerator" in indicator), code
        for other in ("part_of", "complement", "numerator_is"):
            assert indicator.get(other) in {None, *indicators}, (code, other)


def test_the_feeds_that_figures_need_are_declared_once() -> None:
    """In the YAML of the model, and not in its SQL: a model that asks for their state has some."""
    project = settings.project_root() / "dbt_project"
    asking = set()
    for path in (project / "models").rglob("*.sql"):
        text = path.read_text("utf-8")
        asking |= {path.stem} if re.search(r"(_status|coverage|carried_units|needed_feeds)\(\)", text) else set()
        named = {pair for pair in re.findall(r"'(\w+)',\s*'(\w+)'", text) if contracts().keys() >= set(pair)}
        # The feeds of payments as such, whatever is made of them.
        assert named <= {("relief_payroll", "public_post_payment")}, path.name
    feeds = {model.name: model.feeds for model in read_models(project)}
    assert len(asking) >= 17
    assert {name for name in asking if not feeds[name]} == set()
    assert {feed for needed in feeds.values() for feed in needed} <= set(contracts())


def test_a_total_and_its_complement_are_computed_from_both_parts() -> None:
    indicators = declared()
    pairs = {code: indicator["complement"] for code, indicator in indicators.items() if "complement" in indicator}
    assert pairs == {"employed_away": "employed_nearby", "employed_nearby": "employed_away"}
    assert {indicators[code]["part_of"] for code in pairs} == {"rural_employed"}


def test_the_models_that_are_read_first_are_those_that_declare_indicators() -> None:
    models = read_models(settings.project_root() / "dbt_project")
    assert {code for model in models for code in model.indicators} == set(declared())


def test_a_text_that_has_the_value_of_a_setting_names_the_setting() -> None:
    """Which may be another tomorrow: the text has its name with the default, a text of an indicator {its name}."""
    project = settings.project_root() / "dbt_project"
    with (project / "seeds" / "setting.csv").open(encoding="utf-8") as file:
        values = {row["name"]: row["value"] for row in csv.DictReader(file)}
    unnamed = {}
    for path in sorted((project / "models").rglob("*.yml")):
        sql = path.with_suffix(".sql")
        read = re.findall(r"setting\('(\w+)'", sql.read_text("utf-8")) if sql.exists() else []
        read_by_people = path.read_text("utf-8").partition("\nunit_tests:")[0]
        texts = re.findall(r"(?m)^ *(?:description|zh|en|definition_\w+): (.*)|\bzh: ([^,}]*)", read_by_people)
        for name in (name for name in values if name.startswith(tuple(read)) and values[name][:1].isdecimal()):
            found = [text for pair in texts for text in pair if name not in text and number(values[name]).search(text)]
            unnamed |= {f"{path.stem}: {name}": found} if found else {}
    assert unnamed == {}


def number(value: str) -> re.Pattern[str]:
    """As a text has it: with its unit, a share as a percentage."""
    written = f"{float(value):.0%}".replace("%", " ?%") if value.startswith("0.") else rf"{value} ?{UNIT}"
    return re.compile(rf"(?<![\d.]){written}")


def test_no_model_of_the_first_step_of_a_night_reads_a_mart() -> None:
    """What is built before the marts would read the marts of the last publication."""
    project = settings.project_root() / "dbt_project"
    folders = yaml.safe_load((project / "dbt_project.yml").read_text("utf-8"))["models"]["employment_warehouse"]
    second = {folder for folder, config in folders.items() if config["+tags"] == "mart"}
    step = {path: path.relative_to(project / "models").parts[0] for path in (project / "models").rglob("*.sql")}
    marts = {path.stem for path, folder in step.items() if folder in second}
    read = {
        path.stem: marts.intersection(re.findall(r"ref\('(\w+)'", path.read_text("utf-8")))
        for path, folder in step.items()
        if folder not in second
    }
    assert len(marts) > 30
    assert {name: found for name, found in read.items() if found} == {}


def test_each_headline_indicator_has_its_metric_and_none_adds_the_prefecture_to_its_counties() -> None:
    """One measure, and one dimension by which every metric filters: NULL in the prefecture's rows."""
    folder = settings.project_root() / "dbt_project" / "models" / "core" / "headline"
    content = yaml.safe_load((folder / "headline_metrics.yml").read_text("utf-8"))
    (headline,) = content["semantic_models"]
    (dimension,) = [entry for entry in headline["dimensions"] if entry["name"] == "indicator"]
    assert dimension["expr"] == "case when county_code <> (select ops.prefecture()) then indicator end"
    (measure,) = headline["measures"]
    assert (measure["name"], measure["agg"]) == ("value", "sum")
    assert measure["non_additive_dimension"] == {"name": "on_date", "window_choice": "max"}
    metrics = {metric["name"]: metric for metric in content["metrics"]}
    (series,) = yaml.safe_load((folder / "headline_series.yml").read_text("utf-8"))["models"]
    indicators = {indicator["code"]: indicator for indicator in series["config"]["meta"]["indicators"]}
    assert indicators.keys() <= metrics.keys()
    assert {metrics[code]["label"] for code in indicators} == {f"{i['zh']} | {i['en']}" for i in indicators.values()}
    for code, metric in metrics.items():
        parts = [indicators[code][key] for key in ("numerator", "denominator") if key in indicators.get(code, {})]
        if len(parts) == 2:
            of = metric["type_params"]
            named = [of["numerator"], of["denominator"]]
            assert parts == [f"sum(value) filter (where indicator = '{part}')" for part in named], code
            assert metric["type"] == "ratio", code
        else:
            assert metric["filter"] == f"{{{{ Dimension('headline__indicator') }}}} = '{code}'"
            assert metric["type"] == "simple", code
