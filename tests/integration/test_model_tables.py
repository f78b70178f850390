"""Store tables and readers' views, generated from the YAML of models: declared once, made by migrate."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest
from tests.kit.nights import publish, start_build

from employment_warehouse import settings
from employment_warehouse.database import connect, model_tables, seed_tables
from employment_warehouse.errors import UserError

pytestmark = pytest.mark.quick


MODEL = """
models:
  - name: toy
    description: Toys by county.
    config:
      contract: {{enforced: true}}
      meta:
        zh: 玩具
        clause: （五）
        key: [county_code, name]
        view_columns:
          - name: days_old
            data_type: integer
            expression: report_date - made_on
            description: Days since it was made.
            zh: 天数
            after: made_on
    columns:
      - {{name: county_code, data_type: text, description: County., config: {{meta: {{zh: 县市}}}}}}
      - {{name: name, data_type: text, description: Name., config: {{meta: {{zh: 名称}}}}}}
      - {{name: made_on, data_type: {made_on}, description: Made on., config: {{meta: {{zh: 制作日期}}}}}}
      - {{name: secret_name, data_type: text, description: Hidden., config: {{meta: {{zh: 隐藏, hidden: true}}}}}}
{more}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models" / "marts").mkdir(parents=True)
    shutil.copy(settings.project_root() / "dbt_project" / "dbt_project.yml", tmp_path)
    declare(tmp_path)
    return tmp_path


def declare(project: Path, made_on: str = "date", more: str = "") -> None:
    (project / "models" / "marts" / "toy.yml").write_text(MODEL.format(made_on=made_on, more=more), "utf-8")


def test_the_objects_of_a_model_are_created_once(warehouse: psycopg.Connection, project: Path) -> None:
    assert model_tables.generate(warehouse, project) == [
        "tonight.toy",
        "store.toy",
        "toy: indexes, rights, views, comments",
    ]
    assert model_tables.generate(warehouse, project) == []
    columns = [
        name for (name,) in warehouse.execute(
            "select attname::text from pg_attribute where attrelid = 'marts.toy'::regclass and attnum > 0"
            " order by attnum"
        )
    ]  # fmt: skip
    assert columns == ["report_date", "county_code", "name", "made_on", "days_old"]
    comments = [
        comment for (comment,) in warehouse.execute(
            "select col_description('marts.toy'::regclass, n) from generate_series(1, 5) as n union all "
            "select obj_description('marts.toy'::regclass)"
        )
    ]  # fmt: skip
    assert all(" | " in comment for comment in comments)
    assert comments[-1] == "玩具（通知（五）） | Toys by county."


def test_a_column_added_later_is_null_in_older_rows(warehouse: psycopg.Connection, project: Path) -> None:
    model_tables.generate(warehouse, project)
    number = publish(start_build("2024-05-01"))
    warehouse.execute("insert into store.toy (county_code, name, from_build) values ('532528', 'doll', %s)", (number,))
    declare(project, more="      - {name: colour, data_type: text, description: Colour., config: {meta: {zh: 颜色}}}")
    assert model_tables.generate(warehouse, project) == [
        "tonight.toy.colour", "store.toy.colour", "toy: indexes, rights, views, comments",
    ]  # fmt: skip
    assert warehouse.execute("select name, colour from marts.toy").fetchall() == [("doll", None)]
    assert warehouse.execute("select name, colour from build.toy").fetchall() == [("doll", None)]


def test_a_column_that_changes_its_type_is_refused(warehouse: psycopg.Connection, project: Path) -> None:
    model_tables.generate(warehouse, project)
    declare(project, made_on="text")
    with pytest.raises(UserError) as refused:
        model_tables.generate(warehouse, project)
    assert refused.value.code == "model_type_changed"


@pytest.mark.parametrize(
    "column", ["person_key, data_type: uuid", "evidence, data_type: jsonb", "household_no, data_type: text"]
)
def test_rows_of_persons_are_declared_as_such(warehouse: psycopg.Connection, project: Path, column: str) -> None:
    """A token, JSON, or what a contract says of single persons; the readers of L2 are not all readers."""
    path = project / "models" / "marts" / "toy.yml"
    shown = path.read_text("utf-8").replace("    columns:\n", f"    columns:\n      - {{name: {column}}}\n", 1)
    path.write_text(shown, "utf-8")
    with pytest.raises(UserError) as refused:
        model_tables.generate(warehouse, project)
    assert refused.value.code == "model_sensitivity_missing"
    assert column.split(",", maxsplit=1)[0] in refused.value.where
    path.write_text(shown.replace("key: [", "sensitivity: L2\n        key: [", 1), "utf-8")
    assert "toy: indexes, rights, views, comments" in model_tables.generate(warehouse, project)


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("hidden: true", "hiden: true", "secret_name.meta.hiden"),
        ("key: [", "kee: [", "meta.kee"),
        ("description: Toys", "descripton: Toys", "toy.descripton"),
        ("models:", "modles:", "modles"),
        ("clause: （五）", "sensitivity: L4", "meta.sensitivity.L4"),
        ("after: made_on", "afterwards: made_on", "view_columns.days_old.afterwards"),
        (
            "key: [county_code, name]",
            "key: [county_code, name]\n        scope: {bye: x, columns: [name]}",
            "meta.scope.bye",
        ),
        ("hidden: true", 'hidden: "no"', "secret_name.meta.hidden (str)"),
        ("clause: （五）", 'for_everyone: "false"', "meta.for_everyone (str)"),
        ("clause: （五）", "checks: {every_county: rows}", "meta.checks (dict)"),
        ("enforced: true", "enforced: 1", "config.contract.enforced (int)"),
        ("key: [county_code, name]", "key: name", "meta.key (str)"),
        ("description: Toys", "description: 7 #", "toy.description (int)"),
        ("clause: （五）", "feeds: job_event", "meta.feeds (str)"),
        ("clause: （五）", "indicators: [{code: toys}]", "indicators.toys without feeds"),
    ],
)
def test_an_unknown_key_or_a_value_of_another_type_is_refused_by_its_place(
    warehouse: psycopg.Connection, project: Path, right: str, wrong: str, named: str
) -> None:
    path = project / "models" / "marts" / "toy.yml"
    path.write_text(path.read_text("utf-8").replace(right, wrong), "utf-8")
    with pytest.raises(UserError) as refused:
        model_tables.generate(warehouse, project)
    assert refused.value.code == "model_key_unknown"
    assert named in refused.value.where


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("description:", "descripton:", "stg_employment.descripton"),
        ("zh: ", "zhong: ", "meta.zhong"),
        ("tables:", "tabels:", "sources.landing.tabels"),
    ],
)
def test_what_a_staging_model_declares_is_known_too(
    warehouse: psycopg.Connection, project: Path, right: str, wrong: str, named: str
) -> None:
    given = settings.project_root() / "dbt_project" / "models" / "staging" / "county" / "stg_employment.yml"
    path = project / "models" / "staging" / "county" / given.name
    path.parent.mkdir(parents=True)
    path.write_text(given.read_text("utf-8").replace(right, wrong), "utf-8")
    with pytest.raises(UserError) as refused:
        model_tables.generate(warehouse, project)
    assert (refused.value.code, named in refused.value.where) == ("model_key_unknown", True)


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("is_kin: boolean", "is_kn: boolean", "column_types.is_kn, column_types without is_kin"),
        ("is_kin: boolean", "is_kin: true", "column_types.is_kin (bool)"),
        ("meta:", "mata:", "config.mata"),
        ("key: [text]", "key: [txt]", "meta.key: txt"),
        ("description: >", "describe: >", "kin_relation.describe"),
        ("seeds:", "seed:", "kin_relation.yml.seed"),
    ],
)
def test_what_a_seed_declares_is_known_too(
    warehouse: psycopg.Connection, project: Path, right: str, wrong: str, named: str
) -> None:
    """A column without a type of its own would be text."""
    seeds = project / "seeds"
    shutil.copytree(settings.project_root() / "dbt_project" / "seeds", seeds)
    path = seeds / "kin_relation.yml"
    path.write_text(path.read_text("utf-8").replace(right, wrong), "utf-8")
    with pytest.raises(UserError) as refused:
        seed_tables.generate(warehouse, project)
    assert (refused.value.code, named in refused.value.where) == ("model_key_unknown", True)


def test_a_key_given_twice_is_refused(warehouse: psycopg.Connection, project: Path) -> None:
    """Plain YAML would keep the second, and show the column."""
    path = project / "models" / "marts" / "toy.yml"
    path.write_text(path.read_text("utf-8").replace("hidden: true", "hidden: true, hidden: false"), "utf-8")
    with pytest.raises(UserError) as refused:
        model_tables.generate(warehouse, project)
    assert (refused.value.code, "hidden" in refused.value.found) == ("model_yaml_invalid", True)


def test_a_key_that_is_not_a_column_is_refused(warehouse: psycopg.Connection, project: Path) -> None:
    path = project / "models" / "marts" / "toy.yml"
    path.write_text(path.read_text("utf-8").replace("key: [county_code, name]", "key: [colour]"), "utf-8")
    with pytest.raises(UserError) as refused:
        model_tables.generate(warehouse, project)
    assert refused.value.code == "model_incomplete"


def test_readers_see_the_publication_that_is_shown_and_their_own_county(
    warehouse: psycopg.Connection, project: Path
) -> None:
    model_tables.generate(warehouse, project)
    first, second = publish(start_build("2024-05-01")), publish(start_build("2024-05-02"))
    for county in ("532528", "532501", "532500", None):
        warehouse.execute(
            "insert into store.toy (county_code, name, made_on, from_build, to_build)"
            " values (coalesce(%s, ''), 'old', '2024-04-01', %s, %s)",
            (county, first, second),
        )
    warehouse.execute(
        "insert into store.toy (county_code, name, made_on, from_build) values ('532528', 'new', '2024-05-01', %s)",
        (second,),
    )
    warehouse.execute(
        "insert into store.toy (county_code, name, from_build) values ('532528', 'tonight', %s)", (second + 1,)
    )
    with connect("wh_analyst") as analyst:
        assert analyst.execute("select report_date::text, county_code, name, days_old from marts.toy").fetchall() == [
            ("2024-05-02", "532528", "new", 1)
        ]
        analyst.execute("select marts.pin(%s)", (first,))
        assert analyst.execute("select count(*) from marts.toy").fetchone() == (4,)
    with connect("county_532528") as county_reader:
        county_reader.execute("select marts.pin(%s)", (first,))
        assert county_reader.execute("select county_code, name from marts.toy").fetchall() == [("532528", "old")]
    with connect("county_532501") as county_reader:
        assert county_reader.execute("select county_code, name from marts.toy").fetchall() == []


def test_a_readers_query_by_key_uses_the_index(warehouse: psycopg.Connection, project: Path) -> None:
    model_tables.generate(warehouse, project)
    number = publish(start_build("2024-05-01"))
    warehouse.execute(
        "insert into store.toy (county_code, name, from_build)"
        " select '532528', 'toy ' || n, %s from generate_series(1, 20000) as n",
        (number,),
    )
    assert warehouse.execute("select ops.index_store('toy')").fetchone() == (4,)
    assert warehouse.execute("select ops.index_store('toy')").fetchone() == (0,)
    with connect("wh_analyst") as analyst:
        plan = "\n".join(
            line
            for (line,) in analyst.execute(
                "explain (analyze) select * from marts.toy where county_code = '532528' and name = 'toy 7'"
            )
        )
    assert "toy_versions" in plan or "toy_open" in plan
    assert plan.count("loops=1)") >= 1 and "Function Scan" in plan
