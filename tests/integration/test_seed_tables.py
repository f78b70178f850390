"""Seed tables: loaded whole, the operator's files before the project's; settings mean the same everywhere."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import psycopg
import pytest

from employment_warehouse import settings
from employment_warehouse.database import connect, migrate, seed_tables
from employment_warehouse.database.setting_validation import assert_values
from employment_warehouse.errors import UserError

SETTING = "name,valid_from,value,enabled"


@pytest.fixture
def own(warehouse: psycopg.Connection, fresh_home: settings.Home) -> Path:
    """The folder of the operator's own seed files."""
    return fresh_home.seeds


def setting(warehouse: psycopg.Connection, name: str, on: str) -> str | None:
    row = warehouse.execute("select ops.setting(%s, %s)", (name, on)).fetchone()
    assert row is not None
    found: str | None = row[0]
    return found


@pytest.mark.quick
def test_an_operator_s_file_replaces_the_project_s(warehouse: psycopg.Connection, own: Path) -> None:
    (own / "holiday.csv").write_text("on_date,is_working_day\n2024-05-01,false\n")
    seed_tables.load()
    assert warehouse.execute("select on_date::text, is_working_day from seeds.holiday").fetchall() == [
        ("2024-05-01", False)
    ]
    assert warehouse.execute("select count(*) > 1 from seeds.setting").fetchone() == (True,)


@pytest.mark.quick
def test_settings_that_an_operator_s_file_does_not_name_are_the_project_s(
    warehouse: psycopg.Connection, own: Path
) -> None:
    (own / "setting.csv").write_text(f"{SETTING}\nworking_age_from,2024-01-01,18,true\n")
    before = warehouse.execute("select count(*) from seeds.setting where name <> 'working_age_from'").fetchone()
    seed_tables.load()
    ages = warehouse.execute(
        "select valid_from::text, value, note_zh is null from seeds.setting where name = 'working_age_from' order by 1"
    )
    assert ages.fetchall() == [("2020-01-01", "16", False), ("2024-01-01", "18", True)]
    assert setting(warehouse, "holidays_needed_days", "2024-06-01") == "60"
    assert warehouse.execute("select count(*) from seeds.setting where name <> 'working_age_from'").fetchone() == before


def test_names_that_an_operator_s_file_does_not_give_are_the_project_s(
    warehouse: psycopg.Connection, own: Path
) -> None:
    project = {(row["code_list"], row["code"]): row["name_zh"] for row in seed_tables.read("code_name")}
    (own / "code_name.csv").write_text("code_list,code,name_zh\nstatus,held,扣下\nfinding,mine,自有\n", "utf-8")
    seed_tables.load()
    found = warehouse.execute("select code_list, code, name_zh from seeds.code_name").fetchall()
    named = {(code_list, code): name for code_list, code, name in found}
    assert len(named) == len(found)
    assert named == project | {("status", "held"): "扣下", ("finding", "mine"): "自有"}


def test_a_setting_is_the_project_s_until_an_operator_s_file_begins(warehouse: psycopg.Connection, own: Path) -> None:
    (own / "setting.csv").write_text(
        f"{SETTING}\nretention_dbt_runs_days,2027-01-01,180,true\nworking_age_from,2019-01-01,18,true\n"
    )
    seed_tables.load()
    days = [setting(warehouse, "retention_dbt_runs_days", on) for on in ("2024-06-01", "2026-12-31", "2027-01-01")]
    assert days == ["365", "365", "180"]
    assert setting(warehouse, "working_age_from", "2024-06-01") == "18"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("settings.csv", f"{SETTING}\n"),
        ("setting.csv", f"{SETTING}\nretention_checks_days,2024-01-01,0.5,true\n"),
        ("holiday.csv", "on_date,is_working_day\nyesterday-ish,false\n"),
        ("division.csv", ""),
        ("target.csv", "county_code,target_code,valid_from,target_value\n530102,rural_employed,2024-01-01,5\n"),
    ],
)
def test_a_wrong_file_changes_nothing(warehouse: psycopg.Connection, own: Path, name: str, content: str) -> None:
    before = warehouse.execute("select count(*), min(name) from seeds.setting").fetchone()
    (own / name).write_text(content)
    with pytest.raises(UserError) as refused:
        seed_tables.load()
    assert refused.value.code == "own_seed_unreadable"
    assert name in refused.value.where
    assert warehouse.execute("select count(*), min(name) from seeds.setting").fetchone() == before


def test_a_wrong_file_is_found_before_a_migration_empties_its_table(warehouse: psycopg.Connection, own: Path) -> None:
    warehouse.execute("alter table seeds.setting drop column kind")  # as an older version made it
    (own / "setting.csv").write_text(f"{SETTING}\nretention_checks_days,2024-01-01,0.5,true\n")
    with pytest.raises(UserError, match="retention_checks_days") as refused:
        migrate(warehouse)
    assert refused.value.where.endswith("setting.csv:2: value")
    assert setting(warehouse, "holidays_needed_days", "2024-06-01") == "60"


@pytest.mark.parametrize(
    ("kind", "value", "is_taken"),
    [
        ("integer", "0", True),
        ("integer", "999999", True),
        ("integer", "1000000", False),
        ("integer", "-1", False),
        ("integer", "0.5", False),
        ("number", "-0.25", True),
        ("number", "1e3", False),
        ("number", "1234567", False),
        ("number", ".5", False),
        ("text", "weekly", True),
    ],
)
def test_a_file_and_the_database_refuse_the_same_values(
    warehouse: psycopg.Connection, kind: str, value: str, *, is_taken: bool
) -> None:
    row = {"name": "limit", "kind": kind, "value": value, "enabled": "true"}
    for refuse in (
        lambda: assert_values(Path("setting.csv"), {2: row}),
        lambda: warehouse.execute("select ops.assert_kind('limit', %s, %s)", (kind, value)),
    ):
        with nullcontext() if is_taken else pytest.raises((UserError, psycopg.Error)):
            refuse()


@pytest.mark.quick
def test_a_setting_is_the_row_in_force_on_the_date(warehouse: psycopg.Connection, own: Path) -> None:
    (own / "setting.csv").write_text(
        f"{SETTING}\nlimit,2024-01-01,7,true\nlimit,2024-06-01,8,true\nlimit,2024-07-01,9,false\n"
    )
    seed_tables.load()
    assert setting(warehouse, "limit", "2024-05-31") == "7"
    assert setting(warehouse, "limit", "2024-06-01") == "8"
    assert setting(warehouse, "limit", "2024-07-01") is None
    assert warehouse.execute("select value from ops.settings('2024-06-30') where name = 'limit'").fetchone() == ("8",)


def test_what_the_reader_of_a_setting_can_take_is_loaded(warehouse: psycopg.Connection, own: Path) -> None:
    (own / "setting.csv").write_text(
        f"{SETTING}\nrecall_days,2024-01-01, 7 ,true\nrecall_days,2024-02-01,none,false\n"
        "gate_min_overlap,2024-01-01,-0.25,true\ncampaign_frequency,2024-01-01,weekly,true\n"
    )
    seed_tables.load()
    assert setting(warehouse, "gate_min_overlap", "2024-06-01") == "-0.25"
    assert warehouse.execute("select ops.setting('recall_days', '2024-01-31')::integer").fetchone() == (7,)


@pytest.mark.parametrize("name", ["limit", "no_such_setting"])
def test_an_undeclared_setting_is_an_error(warehouse: psycopg.Connection, own: Path, name: str) -> None:
    (own / "setting.csv").write_text(f"{SETTING}\nlimit,2024-01-01,7,true\n")
    seed_tables.load()
    with pytest.raises(psycopg.Error, match=name) as refused:
        setting(warehouse, name, "2023-12-31")
    assert refused.value.sqlstate == "WH012"


def test_the_counties_are_those_of_the_prefecture_of_the_seed(warehouse: psycopg.Connection, own: Path) -> None:
    (own / "division.csv").write_text(
        "division_code,level,parent_code,name_zh\n540000,province,,\n540100,prefecture,540000,某市\n"
        "540102,county,540100,甲县\n540103,county,540100,乙县\n"
    )
    seed_tables.load()
    assert warehouse.execute("select ops.prefecture(), ops.county_codes()").fetchone() == (
        "540100",
        ["540102", "540103"],
    )


@pytest.mark.parametrize("role", ["wh_loader", "wh_transformer", "wh_gate", "wh_analyst", "county_532528"])
def test_only_the_publisher_loads_seeds(warehouse: psycopg.Connection, role: str) -> None:
    for statement in ("select ops.load_seeds('{\"setting\": []}')", "delete from seeds.setting"):
        with connect(role) as connection, pytest.raises(psycopg.Error) as refused:
            connection.execute(statement)
        assert isinstance(refused.value, (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction))
