"""The operator's own seed files: read as a spreadsheet program saves them; what is wrong is said with file and line."""

from __future__ import annotations

import codecs
from datetime import date
from pathlib import Path

import pytest

from employment_warehouse import seed_files, settings
from employment_warehouse.contract import calendar
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.database import seed_tables
from employment_warehouse.errors import UserError
from employment_warehouse.settings import Home

HOLIDAYS = "on_date,is_working_day,holiday_zh\n2031-01-01,false,元旦\n2031-01-04,true,元旦\n"
DIVISIONS = (
    "division_code,level,parent_code,name_zh\n610000,province,,陕西省\n616200,prefecture,610000,某州\n"
    "616201,county,616200,甲县\n616202,county,616200,乙县\n"
)
SETTING = "name,valid_from,value,enabled\n"
TARGET = "county_code,target_code,valid_from,target_value\n"
AS_SAVED = {
    "UTF-8": lambda text: text.encode(),
    "CSV UTF-8": lambda text: text.encode("utf-8-sig"),
    "CSV in Chinese Windows": lambda text: text.replace("\n", "\r\n").encode("gbk"),
    "Unicode text": lambda text: (
        codecs.BOM_UTF16_LE + text.replace(",", "\t").replace("\n", "\r\n").encode("utf-16-le")
    ),
}


@pytest.mark.parametrize("saved", AS_SAVED.values(), ids=AS_SAVED)
def test_an_own_file_is_read_as_it_was_saved(fresh_home: Home, saved) -> None:
    (fresh_home.seeds / "division.csv").write_bytes(saved(DIVISIONS))
    (fresh_home.seeds / "holiday.csv").write_bytes(saved(HOLIDAYS))
    assert dict(divisions().counties) == {"616201": "甲县", "616202": "乙县"}
    assert not calendar.is_working_day(date(2031, 1, 1))
    assert calendar.is_working_day(date(2031, 1, 4))
    assert [row["holiday_zh"] for row in seed_tables.read("holiday")] == ["元旦", "元旦"]
    assert seed_tables.read_all().keys() >= {"division", "setting"}


def test_rows_are_read_without_the_empty_cells_at_their_end(fresh_home: Home) -> None:
    """Excel writes no commas after the last value of sixteen rows."""
    project = settings.project_seed_file("division").read_text("utf-8").splitlines()
    saved = [line.rstrip(",") if 17 <= number <= 32 else line for number, line in enumerate(project, 1)]
    assert saved != project
    (fresh_home.seeds / "division.csv").write_text("\n".join(saved), "utf-8-sig")
    assert seed_tables.read("division") == seed_tables.rows_of_project("division")
    assert divisions().prefecture == "532500"


def test_columns_without_a_name_or_a_value_are_none(fresh_home: Home) -> None:
    (fresh_home.seeds / "holiday.csv").write_text("on_date,is_working_day,,\n2031-01-01,false,,\n2031-01-04,true\n")
    assert [row.keys() for row in seed_tables.read("holiday")] == [{"on_date", "is_working_day"}] * 2


@pytest.mark.parametrize(
    "day",
    [
        "2031/1/1",
        "2031-1-1",
        "2031.1.1",
        "2031年1月1日",
        "20310101",
        " 2031-01-01 ",
        "2031/1/1 0:00",
        "2031-01-01T00:00:00",
    ],
)
def test_a_date_and_a_truth_are_read_as_a_spreadsheet_writes_them(fresh_home: Home, day: str) -> None:
    (fresh_home.seeds / "holiday.csv").write_text(f"on_date,is_working_day\n{day},FALSE\n,\n")
    assert not calendar.is_working_day(date(2031, 1, 1))
    assert seed_tables.read("holiday") == [{"on_date": "2031-01-01", "is_working_day": "false"}]


@pytest.mark.parametrize(
    ("name", "content", "where", "said"),
    [
        ("holiday.csv", "", ":1", "文件为空"),
        ("holiday.csv", "on_date\n2031-01-01\n", ":1", "缺少的列 | missing columns: is_working_day"),
        ("holiday.csv", "on_date,is_working_day,more\n", ":1", "unknown columns: more"),
        ("holiday.csv", "on_date,on_date,is_working_day\n", ":1", "columns given twice: on_date"),
        ("holiday.csv", HOLIDAYS + "2031-02-30,false,\n", ":4: on_date", "2031-02-30"),
        ("holiday.csv", HOLIDAYS + "\n2031-02-03,休,\n", ":5: is_working_day", "休"),
        ("holiday.csv", HOLIDAYS + "2031-02-03,,\n", ":4: is_working_day", "不得为空"),
        ("holiday.csv", HOLIDAYS + "2031-02-03\n", ":4: is_working_day", "不得为空"),
        ("holiday.csv", HOLIDAYS + "2031-02-03,true,春节,补班\n", ":4", "4"),
        ("holiday.csv", "on_date,is_working_day,,\n2031-02-03,true,春节,\n", ":2", "3"),
        ("holiday.csv", HOLIDAYS + "2031/1/1,true,\n", ":4", "第 2 行重复"),
        ("holiday.csv", HOLIDAYS + '2031-02-03,true,"两\n行\n', ":4", "引号"),
        ("division.csv", "", ":1", "文件为空"),
        ("division.csv", DIVISIONS.replace("name_zh", "name"), ":1", "unknown columns: name"),
        ("division.csv", DIVISIONS.replace("616202,county,616200", "616202,county,"), ":5: parent_code", "616200"),
        ("division.csv", DIVISIONS.replace("616202,county", "616301,county"), ":5: division_code", "6162…"),
        ("division.csv", DIVISIONS.replace("616202,county", "616202,town"), ":5: level", "town"),
        ("division.csv", DIVISIONS.replace("616202", "616201"), ":5", "第 4 行重复"),
        ("division.csv", DIVISIONS.replace("乙县", ""), ":5: name_zh", "不得为空"),
        ("division.csv", DIVISIONS.replace("616200,prefecture,610000,某州\n", ""), "", "prefecture"),
        ("setting.csv", SETTING + "retention_checks_days,2024-01-01,0.5,true\n", ":2: value", "whole number"),
        ("setting.csv", SETTING + "act_daily_limit,2024-01-01,9999999999,true\n", ":2: value", "9999999999"),
        ("setting.csv", SETTING + "act_daily_limit,2024-01-01,,true\n", ":2: value", "whole number"),
        ("setting.csv", SETTING + "gate_min_rows__employment,2024-01-01,a few,true\n", ":2: value", "a number"),
        ("setting.csv", SETTING + "campaign_frequency,2024-01-01,fortnightly,true\n", ":2: value", "weekly"),
        ("setting.csv", SETTING + "counties_not_joined,2024-01-01,532501；532502,true\n", ":2: value", "县市代码"),
        ("setting.csv", "name,valid_from,value\nlimit,2024-01-01,9\n", ":1", "enabled"),
        ("setting.csv", SETTING + "limit,2024-01-01,1,true\nlimit,2024/1/1,2,true\n", ":3", "limit"),
        ("target.csv", TARGET + "530102,rural_employed,2024-01-01,5\n", ":2: county_code", "530102"),
        ("holiday.csv", HOLIDAYS + "2031-02-03 08:00,false,\n", ":4: on_date", "08:00"),
        ("target.csv", TARGET + "532501,rural_employed,2024-01-01,八万\n", ":2: target_value", "八万"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(
    fresh_home: Home, name: str, content: str, where: str, said: str
) -> None:
    (fresh_home.seeds / name).write_text(content, "utf-8")
    with pytest.raises(UserError) as refused:
        seed_tables.read_all()
    assert refused.value.where == f"{fresh_home.seeds / name}{where}"
    place = where.removeprefix(":").split(": ")
    named = [name, *(f"line {line}" for line in place[:1] if line), *place[1:]]
    assert f" | {', '.join(named)}: " in refused.value.message
    assert said in str(refused.value)
    assert "warehouse migrate" in refused.value.todo


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"on_date,is_working_day,holiday_zh\n2031-01-01,false,\xff\xff\n",
                HOLIDAYS.encode() + "2031-02-03,true,春节节日".encode() + b"\n2031-02-04,true,\xe6\x98\n"]
)  # fmt: skip
def test_a_damaged_file_is_not_taken_for_another_encoding(fresh_home: Home, content: bytes) -> None:
    (fresh_home.seeds / "holiday.csv").write_bytes(content)
    for read in (lambda: seed_tables.read("holiday"), lambda: calendar.is_working_day(date(2031, 1, 1))):
        with pytest.raises(seed_files.SeedError, match="编码") as refused:
            read()
        assert "GB18030" in refused.value.expected


def test_the_project_s_own_files_have_what_they_ask_of_others(fresh_home: Home) -> None:
    for path in sorted((settings.project_root() / "dbt_project" / "seeds").glob("*.csv")):
        (fresh_home.seeds / path.name).write_bytes(path.read_bytes())
    assert len(seed_tables.read_all()) == len(list(Path(fresh_home.seeds).glob("*.csv")))
